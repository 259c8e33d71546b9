// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.inputs.ExistingSubnetConfigArgs;
import java.lang.String;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class ExistingNetworkConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final ExistingNetworkConfigArgs Empty = new ExistingNetworkConfigArgs();

    @Import(name="endpointSecurityGroupId")
    private @Nullable String endpointSecurityGroupId;

    public Optional<String> endpointSecurityGroupId() {
        return Optional.ofNullable(this.endpointSecurityGroupId);
    }

    @Import(name="isolatedSubnets")
    private @Nullable List<ExistingSubnetConfigArgs> isolatedSubnets;

    public Optional<List<ExistingSubnetConfigArgs>> isolatedSubnets() {
        return Optional.ofNullable(this.isolatedSubnets);
    }

    @Import(name="privateSubnets", required=true)
    private List<ExistingSubnetConfigArgs> privateSubnets;

    public List<ExistingSubnetConfigArgs> privateSubnets() {
        return this.privateSubnets;
    }

    @Import(name="publicSubnets")
    private @Nullable List<ExistingSubnetConfigArgs> publicSubnets;

    public Optional<List<ExistingSubnetConfigArgs>> publicSubnets() {
        return Optional.ofNullable(this.publicSubnets);
    }

    @Import(name="vpcId", required=true)
    private String vpcId;

    public String vpcId() {
        return this.vpcId;
    }

    private ExistingNetworkConfigArgs() {}

    private ExistingNetworkConfigArgs(ExistingNetworkConfigArgs $) {
        this.endpointSecurityGroupId = $.endpointSecurityGroupId;
        this.isolatedSubnets = $.isolatedSubnets;
        this.privateSubnets = $.privateSubnets;
        this.publicSubnets = $.publicSubnets;
        this.vpcId = $.vpcId;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(ExistingNetworkConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private ExistingNetworkConfigArgs $;

        public Builder() {
            $ = new ExistingNetworkConfigArgs();
        }

        public Builder(ExistingNetworkConfigArgs defaults) {
            $ = new ExistingNetworkConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder endpointSecurityGroupId(@Nullable String endpointSecurityGroupId) {
            $.endpointSecurityGroupId = endpointSecurityGroupId;
            return this;
        }

        public Builder isolatedSubnets(@Nullable List<ExistingSubnetConfigArgs> isolatedSubnets) {
            $.isolatedSubnets = isolatedSubnets;
            return this;
        }

        public Builder isolatedSubnets(ExistingSubnetConfigArgs... isolatedSubnets) {
            return isolatedSubnets(List.of(isolatedSubnets));
        }

        public Builder privateSubnets(List<ExistingSubnetConfigArgs> privateSubnets) {
            $.privateSubnets = privateSubnets;
            return this;
        }

        public Builder privateSubnets(ExistingSubnetConfigArgs... privateSubnets) {
            return privateSubnets(List.of(privateSubnets));
        }

        public Builder publicSubnets(@Nullable List<ExistingSubnetConfigArgs> publicSubnets) {
            $.publicSubnets = publicSubnets;
            return this;
        }

        public Builder publicSubnets(ExistingSubnetConfigArgs... publicSubnets) {
            return publicSubnets(List.of(publicSubnets));
        }

        public Builder vpcId(String vpcId) {
            $.vpcId = vpcId;
            return this;
        }

        public ExistingNetworkConfigArgs build() {
            if ($.privateSubnets == null) {
                throw new MissingRequiredPropertyException("ExistingNetworkConfigArgs", "privateSubnets");
            }
            if ($.vpcId == null) {
                throw new MissingRequiredPropertyException("ExistingNetworkConfigArgs", "vpcId");
            }
            return $;
        }
    }

}
