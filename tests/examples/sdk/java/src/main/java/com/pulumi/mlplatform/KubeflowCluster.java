// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform;

import com.pulumi.core.Output;
import com.pulumi.core.annotations.Export;
import com.pulumi.core.annotations.ResourceType;
import com.pulumi.core.internal.Codegen;
import com.pulumi.mlplatform.KubeflowClusterArgs;
import com.pulumi.mlplatform.Utilities;
import java.lang.String;
import java.util.Map;
import javax.annotation.Nullable;

@ResourceType(type="mlplatform:index:KubeflowCluster")
public class KubeflowCluster extends com.pulumi.resources.ComponentResource {
    @Export(name="controllersReady", refs={String.class}, tree="[0]")
    private Output<String> controllersReady;

    public Output<String> controllersReady() {
        return this.controllersReady;
    }
    @Export(name="firewallMetricName", refs={String.class}, tree="[0]")
    private Output<String> firewallMetricName;

    public Output<String> firewallMetricName() {
        return this.firewallMetricName;
    }
    @Export(name="listenerArn", refs={String.class}, tree="[0]")
    private Output<String> listenerArn;

    public Output<String> listenerArn() {
        return this.listenerArn;
    }
    @Export(name="loadBalancerArn", refs={String.class}, tree="[0]")
    private Output<String> loadBalancerArn;

    public Output<String> loadBalancerArn() {
        return this.loadBalancerArn;
    }
    @Export(name="namespaces", refs={Map.class,String.class}, tree="[0,1,1]")
    private Output<Map<String,String>> namespaces;

    public Output<Map<String,String>> namespaces() {
        return this.namespaces;
    }
    @Export(name="ready", refs={String.class}, tree="[0]")
    private Output<String> ready;

    public Output<String> ready() {
        return this.ready;
    }
    @Export(name="roleArns", refs={Map.class,String.class}, tree="[0,1,1]")
    private Output<Map<String,String>> roleArns;

    public Output<Map<String,String>> roleArns() {
        return this.roleArns;
    }
    @Export(name="targetGroupArn", refs={String.class}, tree="[0]")
    private Output<String> targetGroupArn;

    public Output<String> targetGroupArn() {
        return this.targetGroupArn;
    }
    @Export(name="url", refs={String.class}, tree="[0]")
    private Output<String> url;

    public Output<String> url() {
        return this.url;
    }
    @Export(name="webAclArn", refs={String.class}, tree="[0]")
    private Output<String> webAclArn;

    public Output<String> webAclArn() {
        return this.webAclArn;
    }

    /**
     *
     * @param name The _unique_ name of the resulting resource.
     */
    public KubeflowCluster(java.lang.String name) {
        this(name, KubeflowClusterArgs.Empty);
    }
    /**
     *
     * @param name The _unique_ name of the resulting resource.
     * @param args The arguments to use to populate this resource's properties.
     */
    public KubeflowCluster(java.lang.String name, KubeflowClusterArgs args) {
        this(name, args, null);
    }
    /**
     *
     * @param name The _unique_ name of the resulting resource.
     * @param args The arguments to use to populate this resource's properties.
     * @param options A bag of options that control this resource's behavior.
     */
    public KubeflowCluster(java.lang.String name, KubeflowClusterArgs args, @Nullable com.pulumi.resources.ComponentResourceOptions options) {
        super("mlplatform:index:KubeflowCluster", name, makeArgs(args, options), makeResourceOptions(options, Codegen.empty()), true);
    }

    private static KubeflowClusterArgs makeArgs(KubeflowClusterArgs args, @Nullable com.pulumi.resources.ComponentResourceOptions options) {
        if (options != null && options.getUrn().isPresent()) {
            return null;
        }
        return args == null ? KubeflowClusterArgs.Empty : args;
    }

    private static com.pulumi.resources.ComponentResourceOptions makeResourceOptions(@Nullable com.pulumi.resources.ComponentResourceOptions options, @Nullable Output<java.lang.String> id) {
        var defaultOptions = com.pulumi.resources.ComponentResourceOptions.builder()
            .version(Utilities.getVersion())
            .build();
        return com.pulumi.resources.ComponentResourceOptions.merge(defaultOptions, options, id);
    }

}
