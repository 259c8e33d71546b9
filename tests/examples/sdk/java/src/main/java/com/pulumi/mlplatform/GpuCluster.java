// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform;

import com.pulumi.core.Output;
import com.pulumi.core.annotations.Export;
import com.pulumi.core.annotations.ResourceType;
import com.pulumi.core.internal.Codegen;
import com.pulumi.mlplatform.GpuClusterArgs;
import com.pulumi.mlplatform.Utilities;
import java.lang.String;
import java.util.List;
import java.util.Map;
import javax.annotation.Nullable;

@ResourceType(type="mlplatform:index:GpuCluster")
public class GpuCluster extends com.pulumi.resources.ComponentResource {
    @Export(name="clusterName", refs={String.class}, tree="[0]")
    private Output<String> clusterName;

    public Output<String> clusterName() {
        return this.clusterName;
    }
    @Export(name="clusterSecurityGroupId", refs={String.class}, tree="[0]")
    private Output<String> clusterSecurityGroupId;

    public Output<String> clusterSecurityGroupId() {
        return this.clusterSecurityGroupId;
    }
    @Export(name="interruptionQueueName", refs={String.class}, tree="[0]")
    private Output<String> interruptionQueueName;

    public Output<String> interruptionQueueName() {
        return this.interruptionQueueName;
    }
    @Export(name="kubeconfig", refs={String.class}, tree="[0]")
    private Output<String> kubeconfig;

    public Output<String> kubeconfig() {
        return this.kubeconfig;
    }
    @Export(name="namespaces", refs={List.class,String.class}, tree="[0,1]")
    private Output<List<String>> namespaces;

    public Output<List<String>> namespaces() {
        return this.namespaces;
    }
    @Export(name="nodeRoleArn", refs={String.class}, tree="[0]")
    private Output<String> nodeRoleArn;

    public Output<String> nodeRoleArn() {
        return this.nodeRoleArn;
    }
    @Export(name="nodeSecurityGroupId", refs={String.class}, tree="[0]")
    private Output<String> nodeSecurityGroupId;

    public Output<String> nodeSecurityGroupId() {
        return this.nodeSecurityGroupId;
    }
    @Export(name="oidcIssuer", refs={String.class}, tree="[0]")
    private Output<String> oidcIssuer;

    public Output<String> oidcIssuer() {
        return this.oidcIssuer;
    }
    @Export(name="oidcProviderArn", refs={String.class}, tree="[0]")
    private Output<String> oidcProviderArn;

    public Output<String> oidcProviderArn() {
        return this.oidcProviderArn;
    }
    @Export(name="ready", refs={String.class}, tree="[0]")
    private Output<String> ready;

    public Output<String> ready() {
        return this.ready;
    }
    @Export(name="scalingGroupNames", refs={Map.class,String.class}, tree="[0,1,1]")
    private Output<Map<String,String>> scalingGroupNames;

    public Output<Map<String,String>> scalingGroupNames() {
        return this.scalingGroupNames;
    }
    @Export(name="volumeKeyArn", refs={String.class}, tree="[0]")
    private Output<String> volumeKeyArn;

    public Output<String> volumeKeyArn() {
        return this.volumeKeyArn;
    }

    /**
     *
     * @param name The _unique_ name of the resulting resource.
     */
    public GpuCluster(java.lang.String name) {
        this(name, GpuClusterArgs.Empty);
    }
    /**
     *
     * @param name The _unique_ name of the resulting resource.
     * @param args The arguments to use to populate this resource's properties.
     */
    public GpuCluster(java.lang.String name, GpuClusterArgs args) {
        this(name, args, null);
    }
    /**
     *
     * @param name The _unique_ name of the resulting resource.
     * @param args The arguments to use to populate this resource's properties.
     * @param options A bag of options that control this resource's behavior.
     */
    public GpuCluster(java.lang.String name, GpuClusterArgs args, @Nullable com.pulumi.resources.ComponentResourceOptions options) {
        super("mlplatform:index:GpuCluster", name, makeArgs(args, options), makeResourceOptions(options, Codegen.empty()), true);
    }

    private static GpuClusterArgs makeArgs(GpuClusterArgs args, @Nullable com.pulumi.resources.ComponentResourceOptions options) {
        if (options != null && options.getUrn().isPresent()) {
            return null;
        }
        return args == null ? GpuClusterArgs.Empty : args;
    }

    private static com.pulumi.resources.ComponentResourceOptions makeResourceOptions(@Nullable com.pulumi.resources.ComponentResourceOptions options, @Nullable Output<java.lang.String> id) {
        var defaultOptions = com.pulumi.resources.ComponentResourceOptions.builder()
            .version(Utilities.getVersion())
            .build();
        return com.pulumi.resources.ComponentResourceOptions.merge(defaultOptions, options, id);
    }

}
