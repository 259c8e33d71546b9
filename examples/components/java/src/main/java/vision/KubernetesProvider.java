package vision;

import com.pulumi.core.Output;
import com.pulumi.core.annotations.Import;
import com.pulumi.resources.CustomResourceOptions;
import com.pulumi.resources.ProviderResource;
import com.pulumi.resources.ResourceArgs;

/** The provider of Kubernetes. With com.pulumi:kubernetes, it is com.pulumi.kubernetes.Provider. */
final class KubernetesProvider extends ProviderResource {
    KubernetesProvider(String name, Output<String> kubeconfig) {
        super("kubernetes", name, new Args(kubeconfig), CustomResourceOptions.Empty);
    }

    private static final class Args extends ResourceArgs {
        @Import(name = "kubeconfig")
        private final Output<String> kubeconfig;

        private Args(Output<String> kubeconfig) {
            this.kubeconfig = kubeconfig;
        }
    }
}
