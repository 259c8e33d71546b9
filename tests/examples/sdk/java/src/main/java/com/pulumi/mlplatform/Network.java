// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform;

import com.pulumi.core.Output;
import com.pulumi.core.annotations.Export;
import com.pulumi.core.annotations.ResourceType;
import com.pulumi.core.internal.Codegen;
import com.pulumi.mlplatform.NetworkArgs;
import com.pulumi.mlplatform.Utilities;
import java.lang.String;
import java.util.List;
import javax.annotation.Nullable;

@ResourceType(type="mlplatform:index:Network")
public class Network extends com.pulumi.resources.ComponentResource {
    @Export(name="endpointSecurityGroupId", refs={String.class}, tree="[0]")
    private Output<String> endpointSecurityGroupId;

    public Output<String> endpointSecurityGroupId() {
        return this.endpointSecurityGroupId;
    }
    @Export(name="flowLogGroupName", refs={String.class}, tree="[0]")
    private Output<String> flowLogGroupName;

    public Output<String> flowLogGroupName() {
        return this.flowLogGroupName;
    }
    @Export(name="isolatedRouteTableId", refs={String.class}, tree="[0]")
    private Output<String> isolatedRouteTableId;

    public Output<String> isolatedRouteTableId() {
        return this.isolatedRouteTableId;
    }
    @Export(name="isolatedSubnetCidrs", refs={List.class,String.class}, tree="[0,1]")
    private Output<List<String>> isolatedSubnetCidrs;

    public Output<List<String>> isolatedSubnetCidrs() {
        return this.isolatedSubnetCidrs;
    }
    @Export(name="isolatedSubnetIds", refs={List.class,String.class}, tree="[0,1]")
    private Output<List<String>> isolatedSubnetIds;

    public Output<List<String>> isolatedSubnetIds() {
        return this.isolatedSubnetIds;
    }
    @Export(name="natGatewayIds", refs={List.class,String.class}, tree="[0,1]")
    private Output<List<String>> natGatewayIds;

    public Output<List<String>> natGatewayIds() {
        return this.natGatewayIds;
    }
    @Export(name="natPublicIps", refs={List.class,String.class}, tree="[0,1]")
    private Output<List<String>> natPublicIps;

    public Output<List<String>> natPublicIps() {
        return this.natPublicIps;
    }
    @Export(name="privateRouteTableIds", refs={List.class,String.class}, tree="[0,1]")
    private Output<List<String>> privateRouteTableIds;

    public Output<List<String>> privateRouteTableIds() {
        return this.privateRouteTableIds;
    }
    @Export(name="privateSubnetCidrs", refs={List.class,String.class}, tree="[0,1]")
    private Output<List<String>> privateSubnetCidrs;

    public Output<List<String>> privateSubnetCidrs() {
        return this.privateSubnetCidrs;
    }
    @Export(name="privateSubnetIds", refs={List.class,String.class}, tree="[0,1]")
    private Output<List<String>> privateSubnetIds;

    public Output<List<String>> privateSubnetIds() {
        return this.privateSubnetIds;
    }
    @Export(name="publicSubnetCidrs", refs={List.class,String.class}, tree="[0,1]")
    private Output<List<String>> publicSubnetCidrs;

    public Output<List<String>> publicSubnetCidrs() {
        return this.publicSubnetCidrs;
    }
    @Export(name="publicSubnetIds", refs={List.class,String.class}, tree="[0,1]")
    private Output<List<String>> publicSubnetIds;

    public Output<List<String>> publicSubnetIds() {
        return this.publicSubnetIds;
    }
    @Export(name="s3EndpointId", refs={String.class}, tree="[0]")
    private Output<String> s3EndpointId;

    public Output<String> s3EndpointId() {
        return this.s3EndpointId;
    }
    @Export(name="vpcCidr", refs={String.class}, tree="[0]")
    private Output<String> vpcCidr;

    public Output<String> vpcCidr() {
        return this.vpcCidr;
    }
    @Export(name="vpcId", refs={String.class}, tree="[0]")
    private Output<String> vpcId;

    public Output<String> vpcId() {
        return this.vpcId;
    }
    @Export(name="zones", refs={List.class,String.class}, tree="[0,1]")
    private Output<List<String>> zones;

    public Output<List<String>> zones() {
        return this.zones;
    }

    /**
     *
     * @param name The _unique_ name of the resulting resource.
     */
    public Network(java.lang.String name) {
        this(name, NetworkArgs.Empty);
    }
    /**
     *
     * @param name The _unique_ name of the resulting resource.
     * @param args The arguments to use to populate this resource's properties.
     */
    public Network(java.lang.String name, NetworkArgs args) {
        this(name, args, null);
    }
    /**
     *
     * @param name The _unique_ name of the resulting resource.
     * @param args The arguments to use to populate this resource's properties.
     * @param options A bag of options that control this resource's behavior.
     */
    public Network(java.lang.String name, NetworkArgs args, @Nullable com.pulumi.resources.ComponentResourceOptions options) {
        super("mlplatform:index:Network", name, makeArgs(args, options), makeResourceOptions(options, Codegen.empty()), true);
    }

    private static NetworkArgs makeArgs(NetworkArgs args, @Nullable com.pulumi.resources.ComponentResourceOptions options) {
        if (options != null && options.getUrn().isPresent()) {
            return null;
        }
        return args == null ? NetworkArgs.Empty : args;
    }

    private static com.pulumi.resources.ComponentResourceOptions makeResourceOptions(@Nullable com.pulumi.resources.ComponentResourceOptions options, @Nullable Output<java.lang.String> id) {
        var defaultOptions = com.pulumi.resources.ComponentResourceOptions.builder()
            .version(Utilities.getVersion())
            .build();
        return com.pulumi.resources.ComponentResourceOptions.merge(defaultOptions, options, id);
    }

}
