// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.enums.NatMode;
import com.pulumi.mlplatform.inputs.ExistingNetworkConfigArgs;
import com.pulumi.mlplatform.inputs.FlowLogsConfigArgs;
import java.lang.Boolean;
import java.lang.Integer;
import java.lang.String;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class NetworkArgs extends com.pulumi.resources.ResourceArgs {

    public static final NetworkArgs Empty = new NetworkArgs();

    @Import(name="clusterNames")
    private @Nullable List<String> clusterNames;

    public Optional<List<String>> clusterNames() {
        return Optional.ofNullable(this.clusterNames);
    }

    @Import(name="dynamodbEndpoint")
    private @Nullable Boolean dynamodbEndpoint;

    public Optional<Boolean> dynamodbEndpoint() {
        return Optional.ofNullable(this.dynamodbEndpoint);
    }

    @Import(name="existing")
    private @Nullable ExistingNetworkConfigArgs existing;

    public Optional<ExistingNetworkConfigArgs> existing() {
        return Optional.ofNullable(this.existing);
    }

    @Import(name="flowLogs")
    private @Nullable FlowLogsConfigArgs flowLogs;

    public Optional<FlowLogsConfigArgs> flowLogs() {
        return Optional.ofNullable(this.flowLogs);
    }

    @Import(name="interfaceEndpoints")
    private @Nullable List<String> interfaceEndpoints;

    public Optional<List<String>> interfaceEndpoints() {
        return Optional.ofNullable(this.interfaceEndpoints);
    }

    @Import(name="nat")
    private @Nullable NatMode nat;

    public Optional<NatMode> nat() {
        return Optional.ofNullable(this.nat);
    }

    @Import(name="privateSubnetTags")
    private @Nullable Map<String,String> privateSubnetTags;

    public Optional<Map<String,String>> privateSubnetTags() {
        return Optional.ofNullable(this.privateSubnetTags);
    }

    @Import(name="reservedCidrs")
    private @Nullable List<String> reservedCidrs;

    public Optional<List<String>> reservedCidrs() {
        return Optional.ofNullable(this.reservedCidrs);
    }

    @Import(name="vpcCidr", required=true)
    private String vpcCidr;

    public String vpcCidr() {
        return this.vpcCidr;
    }

    @Import(name="zoneCount")
    private @Nullable Integer zoneCount;

    public Optional<Integer> zoneCount() {
        return Optional.ofNullable(this.zoneCount);
    }

    @Import(name="zones")
    private @Nullable List<String> zones;

    public Optional<List<String>> zones() {
        return Optional.ofNullable(this.zones);
    }

    private NetworkArgs() {}

    private NetworkArgs(NetworkArgs $) {
        this.clusterNames = $.clusterNames;
        this.dynamodbEndpoint = $.dynamodbEndpoint;
        this.existing = $.existing;
        this.flowLogs = $.flowLogs;
        this.interfaceEndpoints = $.interfaceEndpoints;
        this.nat = $.nat;
        this.privateSubnetTags = $.privateSubnetTags;
        this.reservedCidrs = $.reservedCidrs;
        this.vpcCidr = $.vpcCidr;
        this.zoneCount = $.zoneCount;
        this.zones = $.zones;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(NetworkArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private NetworkArgs $;

        public Builder() {
            $ = new NetworkArgs();
        }

        public Builder(NetworkArgs defaults) {
            $ = new NetworkArgs(Objects.requireNonNull(defaults));
        }

        public Builder clusterNames(@Nullable List<String> clusterNames) {
            $.clusterNames = clusterNames;
            return this;
        }

        public Builder clusterNames(String... clusterNames) {
            return clusterNames(List.of(clusterNames));
        }

        public Builder dynamodbEndpoint(@Nullable Boolean dynamodbEndpoint) {
            $.dynamodbEndpoint = dynamodbEndpoint;
            return this;
        }

        public Builder existing(@Nullable ExistingNetworkConfigArgs existing) {
            $.existing = existing;
            return this;
        }

        public Builder flowLogs(@Nullable FlowLogsConfigArgs flowLogs) {
            $.flowLogs = flowLogs;
            return this;
        }

        public Builder interfaceEndpoints(@Nullable List<String> interfaceEndpoints) {
            $.interfaceEndpoints = interfaceEndpoints;
            return this;
        }

        public Builder interfaceEndpoints(String... interfaceEndpoints) {
            return interfaceEndpoints(List.of(interfaceEndpoints));
        }

        public Builder nat(@Nullable NatMode nat) {
            $.nat = nat;
            return this;
        }

        public Builder privateSubnetTags(@Nullable Map<String,String> privateSubnetTags) {
            $.privateSubnetTags = privateSubnetTags;
            return this;
        }

        public Builder reservedCidrs(@Nullable List<String> reservedCidrs) {
            $.reservedCidrs = reservedCidrs;
            return this;
        }

        public Builder reservedCidrs(String... reservedCidrs) {
            return reservedCidrs(List.of(reservedCidrs));
        }

        public Builder vpcCidr(String vpcCidr) {
            $.vpcCidr = vpcCidr;
            return this;
        }

        public Builder zoneCount(@Nullable Integer zoneCount) {
            $.zoneCount = zoneCount;
            return this;
        }

        public Builder zones(@Nullable List<String> zones) {
            $.zones = zones;
            return this;
        }

        public Builder zones(String... zones) {
            return zones(List.of(zones));
        }

        public NetworkArgs build() {
            if ($.vpcCidr == null) {
                throw new MissingRequiredPropertyException("NetworkArgs", "vpcCidr");
            }
            return $;
        }
    }

}
