// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform;

import com.pulumi.core.Output;
import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.enums.KubernetesVersion;
import com.pulumi.mlplatform.inputs.AccessConfigArgs;
import com.pulumi.mlplatform.inputs.ExistingClusterConfigArgs;
import com.pulumi.mlplatform.inputs.KarpenterConfigArgs;
import com.pulumi.mlplatform.inputs.NodePoolConfigArgs;
import com.pulumi.mlplatform.inputs.SecureNamespaceConfigArgs;
import java.lang.Boolean;
import java.lang.Integer;
import java.lang.String;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class GpuClusterArgs extends com.pulumi.resources.ResourceArgs {

    public static final GpuClusterArgs Empty = new GpuClusterArgs();

    @Import(name="access")
    private @Nullable List<AccessConfigArgs> access;

    public Optional<List<AccessConfigArgs>> access() {
        return Optional.ofNullable(this.access);
    }

    @Import(name="clusterName", required=true)
    private String clusterName;

    public String clusterName() {
        return this.clusterName;
    }

    @Import(name="deletionProtection")
    private @Nullable Boolean deletionProtection;

    public Optional<Boolean> deletionProtection() {
        return Optional.ofNullable(this.deletionProtection);
    }

    @Import(name="endpointPrivateCidrs")
    private @Nullable List<String> endpointPrivateCidrs;

    public Optional<List<String>> endpointPrivateCidrs() {
        return Optional.ofNullable(this.endpointPrivateCidrs);
    }

    @Import(name="endpointPublicCidrs")
    private @Nullable List<String> endpointPublicCidrs;

    public Optional<List<String>> endpointPublicCidrs() {
        return Optional.ofNullable(this.endpointPublicCidrs);
    }

    @Import(name="existing")
    private @Nullable ExistingClusterConfigArgs existing;

    public Optional<ExistingClusterConfigArgs> existing() {
        return Optional.ofNullable(this.existing);
    }

    @Import(name="karpenter")
    private @Nullable KarpenterConfigArgs karpenter;

    public Optional<KarpenterConfigArgs> karpenter() {
        return Optional.ofNullable(this.karpenter);
    }

    @Import(name="kubernetesVersion")
    private @Nullable KubernetesVersion kubernetesVersion;

    public Optional<KubernetesVersion> kubernetesVersion() {
        return Optional.ofNullable(this.kubernetesVersion);
    }

    @Import(name="logRetentionDays")
    private @Nullable Integer logRetentionDays;

    public Optional<Integer> logRetentionDays() {
        return Optional.ofNullable(this.logRetentionDays);
    }

    @Import(name="monitoringNamespace")
    private @Nullable String monitoringNamespace;

    public Optional<String> monitoringNamespace() {
        return Optional.ofNullable(this.monitoringNamespace);
    }

    @Import(name="namespaces")
    private @Nullable List<SecureNamespaceConfigArgs> namespaces;

    public Optional<List<SecureNamespaceConfigArgs>> namespaces() {
        return Optional.ofNullable(this.namespaces);
    }

    @Import(name="nodePools", required=true)
    private List<NodePoolConfigArgs> nodePools;

    public List<NodePoolConfigArgs> nodePools() {
        return this.nodePools;
    }

    @Import(name="privateSubnetIds", required=true)
    private Output<List<String>> privateSubnetIds;

    public Output<List<String>> privateSubnetIds() {
        return this.privateSubnetIds;
    }

    @Import(name="serviceCidr")
    private @Nullable String serviceCidr;

    public Optional<String> serviceCidr() {
        return Optional.ofNullable(this.serviceCidr);
    }

    @Import(name="sessionManager")
    private @Nullable Boolean sessionManager;

    public Optional<Boolean> sessionManager() {
        return Optional.ofNullable(this.sessionManager);
    }

    @Import(name="sharedSystemPool")
    private @Nullable Boolean sharedSystemPool;

    public Optional<Boolean> sharedSystemPool() {
        return Optional.ofNullable(this.sharedSystemPool);
    }

    @Import(name="subnetZones")
    private @Nullable Output<List<String>> subnetZones;

    public Optional<Output<List<String>>> subnetZones() {
        return Optional.ofNullable(this.subnetZones);
    }

    @Import(name="vpcId", required=true)
    private Output<String> vpcId;

    public Output<String> vpcId() {
        return this.vpcId;
    }

    private GpuClusterArgs() {}

    private GpuClusterArgs(GpuClusterArgs $) {
        this.access = $.access;
        this.clusterName = $.clusterName;
        this.deletionProtection = $.deletionProtection;
        this.endpointPrivateCidrs = $.endpointPrivateCidrs;
        this.endpointPublicCidrs = $.endpointPublicCidrs;
        this.existing = $.existing;
        this.karpenter = $.karpenter;
        this.kubernetesVersion = $.kubernetesVersion;
        this.logRetentionDays = $.logRetentionDays;
        this.monitoringNamespace = $.monitoringNamespace;
        this.namespaces = $.namespaces;
        this.nodePools = $.nodePools;
        this.privateSubnetIds = $.privateSubnetIds;
        this.serviceCidr = $.serviceCidr;
        this.sessionManager = $.sessionManager;
        this.sharedSystemPool = $.sharedSystemPool;
        this.subnetZones = $.subnetZones;
        this.vpcId = $.vpcId;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(GpuClusterArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private GpuClusterArgs $;

        public Builder() {
            $ = new GpuClusterArgs();
        }

        public Builder(GpuClusterArgs defaults) {
            $ = new GpuClusterArgs(Objects.requireNonNull(defaults));
        }

        public Builder access(@Nullable List<AccessConfigArgs> access) {
            $.access = access;
            return this;
        }

        public Builder access(AccessConfigArgs... access) {
            return access(List.of(access));
        }

        public Builder clusterName(String clusterName) {
            $.clusterName = clusterName;
            return this;
        }

        public Builder deletionProtection(@Nullable Boolean deletionProtection) {
            $.deletionProtection = deletionProtection;
            return this;
        }

        public Builder endpointPrivateCidrs(@Nullable List<String> endpointPrivateCidrs) {
            $.endpointPrivateCidrs = endpointPrivateCidrs;
            return this;
        }

        public Builder endpointPrivateCidrs(String... endpointPrivateCidrs) {
            return endpointPrivateCidrs(List.of(endpointPrivateCidrs));
        }

        public Builder endpointPublicCidrs(@Nullable List<String> endpointPublicCidrs) {
            $.endpointPublicCidrs = endpointPublicCidrs;
            return this;
        }

        public Builder endpointPublicCidrs(String... endpointPublicCidrs) {
            return endpointPublicCidrs(List.of(endpointPublicCidrs));
        }

        public Builder existing(@Nullable ExistingClusterConfigArgs existing) {
            $.existing = existing;
            return this;
        }

        public Builder karpenter(@Nullable KarpenterConfigArgs karpenter) {
            $.karpenter = karpenter;
            return this;
        }

        public Builder kubernetesVersion(@Nullable KubernetesVersion kubernetesVersion) {
            $.kubernetesVersion = kubernetesVersion;
            return this;
        }

        public Builder logRetentionDays(@Nullable Integer logRetentionDays) {
            $.logRetentionDays = logRetentionDays;
            return this;
        }

        public Builder monitoringNamespace(@Nullable String monitoringNamespace) {
            $.monitoringNamespace = monitoringNamespace;
            return this;
        }

        public Builder namespaces(@Nullable List<SecureNamespaceConfigArgs> namespaces) {
            $.namespaces = namespaces;
            return this;
        }

        public Builder namespaces(SecureNamespaceConfigArgs... namespaces) {
            return namespaces(List.of(namespaces));
        }

        public Builder nodePools(List<NodePoolConfigArgs> nodePools) {
            $.nodePools = nodePools;
            return this;
        }

        public Builder nodePools(NodePoolConfigArgs... nodePools) {
            return nodePools(List.of(nodePools));
        }

        public Builder privateSubnetIds(Output<List<String>> privateSubnetIds) {
            $.privateSubnetIds = privateSubnetIds;
            return this;
        }

        public Builder privateSubnetIds(List<String> privateSubnetIds) {
            return privateSubnetIds(Output.of(privateSubnetIds));
        }

        public Builder privateSubnetIds(String... privateSubnetIds) {
            return privateSubnetIds(List.of(privateSubnetIds));
        }

        public Builder serviceCidr(@Nullable String serviceCidr) {
            $.serviceCidr = serviceCidr;
            return this;
        }

        public Builder sessionManager(@Nullable Boolean sessionManager) {
            $.sessionManager = sessionManager;
            return this;
        }

        public Builder sharedSystemPool(@Nullable Boolean sharedSystemPool) {
            $.sharedSystemPool = sharedSystemPool;
            return this;
        }

        public Builder subnetZones(@Nullable Output<List<String>> subnetZones) {
            $.subnetZones = subnetZones;
            return this;
        }

        public Builder subnetZones(List<String> subnetZones) {
            return subnetZones(Output.of(subnetZones));
        }

        public Builder subnetZones(String... subnetZones) {
            return subnetZones(List.of(subnetZones));
        }

        public Builder vpcId(Output<String> vpcId) {
            $.vpcId = vpcId;
            return this;
        }

        public Builder vpcId(String vpcId) {
            return vpcId(Output.of(vpcId));
        }

        public GpuClusterArgs build() {
            if ($.clusterName == null) {
                throw new MissingRequiredPropertyException("GpuClusterArgs", "clusterName");
            }
            if ($.nodePools == null) {
                throw new MissingRequiredPropertyException("GpuClusterArgs", "nodePools");
            }
            if ($.privateSubnetIds == null) {
                throw new MissingRequiredPropertyException("GpuClusterArgs", "privateSubnetIds");
            }
            if ($.vpcId == null) {
                throw new MissingRequiredPropertyException("GpuClusterArgs", "vpcId");
            }
            return $;
        }
    }

}
