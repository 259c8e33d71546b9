// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform;

import com.pulumi.core.Output;
import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.inputs.DeliveredModelConfigArgs;
import com.pulumi.mlplatform.inputs.ModelConfigArgs;
import com.pulumi.mlplatform.inputs.NeighborConfigArgs;
import com.pulumi.mlplatform.inputs.ServingLoadBalancerOptionsArgs;
import com.pulumi.mlplatform.inputs.ServingPlatformOptionsArgs;
import com.pulumi.mlplatform.inputs.WebFirewallConfigArgs;
import java.lang.String;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class ModelServingIngressArgs extends com.pulumi.resources.ResourceArgs {

    public static final ModelServingIngressArgs Empty = new ModelServingIngressArgs();

    @Import(name="cacheCidrs")
    private @Nullable Output<List<String>> cacheCidrs;

    public Optional<Output<List<String>>> cacheCidrs() {
        return Optional.ofNullable(this.cacheCidrs);
    }

    @Import(name="clusterName", required=true)
    private Output<String> clusterName;

    public Output<String> clusterName() {
        return this.clusterName;
    }

    @Import(name="cognitoClientId")
    private @Nullable Output<String> cognitoClientId;

    public Optional<Output<String>> cognitoClientId() {
        return Optional.ofNullable(this.cognitoClientId);
    }

    @Import(name="cognitoDomain")
    private @Nullable Output<String> cognitoDomain;

    public Optional<Output<String>> cognitoDomain() {
        return Optional.ofNullable(this.cognitoDomain);
    }

    @Import(name="cognitoUserPoolArn")
    private @Nullable Output<String> cognitoUserPoolArn;

    public Optional<Output<String>> cognitoUserPoolArn() {
        return Optional.ofNullable(this.cognitoUserPoolArn);
    }

    @Import(name="deliveredModels")
    private @Nullable List<DeliveredModelConfigArgs> deliveredModels;

    public Optional<List<DeliveredModelConfigArgs>> deliveredModels() {
        return Optional.ofNullable(this.deliveredModels);
    }

    @Import(name="domain", required=true)
    private String domain;

    public String domain() {
        return this.domain;
    }

    @Import(name="failoverHealthCheckId")
    private @Nullable Output<String> failoverHealthCheckId;

    public Optional<Output<String>> failoverHealthCheckId() {
        return Optional.ofNullable(this.failoverHealthCheckId);
    }

    @Import(name="firewall")
    private @Nullable WebFirewallConfigArgs firewall;

    public Optional<WebFirewallConfigArgs> firewall() {
        return Optional.ofNullable(this.firewall);
    }

    @Import(name="furtherTargetGroupArns")
    private @Nullable Output<List<String>> furtherTargetGroupArns;

    public Optional<Output<List<String>>> furtherTargetGroupArns() {
        return Optional.ofNullable(this.furtherTargetGroupArns);
    }

    @Import(name="loadBalancer")
    private @Nullable ServingLoadBalancerOptionsArgs loadBalancer;

    public Optional<ServingLoadBalancerOptionsArgs> loadBalancer() {
        return Optional.ofNullable(this.loadBalancer);
    }

    @Import(name="loadBalancerCidrs", required=true)
    private Output<List<String>> loadBalancerCidrs;

    public Output<List<String>> loadBalancerCidrs() {
        return this.loadBalancerCidrs;
    }

    @Import(name="loadBalancerSubnetIds", required=true)
    private Output<List<String>> loadBalancerSubnetIds;

    public Output<List<String>> loadBalancerSubnetIds() {
        return this.loadBalancerSubnetIds;
    }

    @Import(name="logBucketName", required=true)
    private Output<String> logBucketName;

    public Output<String> logBucketName() {
        return this.logBucketName;
    }

    @Import(name="modelPolicies")
    private @Nullable Map<String,String> modelPolicies;

    public Optional<Map<String,String>> modelPolicies() {
        return Optional.ofNullable(this.modelPolicies);
    }

    @Import(name="models")
    private @Nullable List<ModelConfigArgs> models;

    public Optional<List<ModelConfigArgs>> models() {
        return Optional.ofNullable(this.models);
    }

    @Import(name="modelsKeyArn", required=true)
    private Output<String> modelsKeyArn;

    public Output<String> modelsKeyArn() {
        return this.modelsKeyArn;
    }

    @Import(name="monitoringNamespace")
    private @Nullable String monitoringNamespace;

    public Optional<String> monitoringNamespace() {
        return Optional.ofNullable(this.monitoringNamespace);
    }

    @Import(name="neighbors")
    private @Nullable List<NeighborConfigArgs> neighbors;

    public Optional<List<NeighborConfigArgs>> neighbors() {
        return Optional.ofNullable(this.neighbors);
    }

    @Import(name="nodeSecurityGroupId", required=true)
    private Output<String> nodeSecurityGroupId;

    public Output<String> nodeSecurityGroupId() {
        return this.nodeSecurityGroupId;
    }

    @Import(name="oidcClientSecret")
    private @Nullable Output<String> oidcClientSecret;

    public Optional<Output<String>> oidcClientSecret() {
        return Optional.ofNullable(this.oidcClientSecret);
    }

    @Import(name="platform")
    private @Nullable ServingPlatformOptionsArgs platform;

    public Optional<ServingPlatformOptionsArgs> platform() {
        return Optional.ofNullable(this.platform);
    }

    @Import(name="vpcCidr", required=true)
    private Output<String> vpcCidr;

    public Output<String> vpcCidr() {
        return this.vpcCidr;
    }

    @Import(name="vpcId", required=true)
    private Output<String> vpcId;

    public Output<String> vpcId() {
        return this.vpcId;
    }

    @Import(name="zoneId", required=true)
    private Output<String> zoneId;

    public Output<String> zoneId() {
        return this.zoneId;
    }

    @Import(name="zoneName", required=true)
    private String zoneName;

    public String zoneName() {
        return this.zoneName;
    }

    private ModelServingIngressArgs() {}

    private ModelServingIngressArgs(ModelServingIngressArgs $) {
        this.cacheCidrs = $.cacheCidrs;
        this.clusterName = $.clusterName;
        this.cognitoClientId = $.cognitoClientId;
        this.cognitoDomain = $.cognitoDomain;
        this.cognitoUserPoolArn = $.cognitoUserPoolArn;
        this.deliveredModels = $.deliveredModels;
        this.domain = $.domain;
        this.failoverHealthCheckId = $.failoverHealthCheckId;
        this.firewall = $.firewall;
        this.furtherTargetGroupArns = $.furtherTargetGroupArns;
        this.loadBalancer = $.loadBalancer;
        this.loadBalancerCidrs = $.loadBalancerCidrs;
        this.loadBalancerSubnetIds = $.loadBalancerSubnetIds;
        this.logBucketName = $.logBucketName;
        this.modelPolicies = $.modelPolicies;
        this.models = $.models;
        this.modelsKeyArn = $.modelsKeyArn;
        this.monitoringNamespace = $.monitoringNamespace;
        this.neighbors = $.neighbors;
        this.nodeSecurityGroupId = $.nodeSecurityGroupId;
        this.oidcClientSecret = $.oidcClientSecret;
        this.platform = $.platform;
        this.vpcCidr = $.vpcCidr;
        this.vpcId = $.vpcId;
        this.zoneId = $.zoneId;
        this.zoneName = $.zoneName;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(ModelServingIngressArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private ModelServingIngressArgs $;

        public Builder() {
            $ = new ModelServingIngressArgs();
        }

        public Builder(ModelServingIngressArgs defaults) {
            $ = new ModelServingIngressArgs(Objects.requireNonNull(defaults));
        }

        public Builder cacheCidrs(@Nullable Output<List<String>> cacheCidrs) {
            $.cacheCidrs = cacheCidrs;
            return this;
        }

        public Builder cacheCidrs(List<String> cacheCidrs) {
            return cacheCidrs(Output.of(cacheCidrs));
        }

        public Builder cacheCidrs(String... cacheCidrs) {
            return cacheCidrs(List.of(cacheCidrs));
        }

        public Builder clusterName(Output<String> clusterName) {
            $.clusterName = clusterName;
            return this;
        }

        public Builder clusterName(String clusterName) {
            return clusterName(Output.of(clusterName));
        }

        public Builder cognitoClientId(@Nullable Output<String> cognitoClientId) {
            $.cognitoClientId = cognitoClientId;
            return this;
        }

        public Builder cognitoClientId(String cognitoClientId) {
            return cognitoClientId(Output.of(cognitoClientId));
        }

        public Builder cognitoDomain(@Nullable Output<String> cognitoDomain) {
            $.cognitoDomain = cognitoDomain;
            return this;
        }

        public Builder cognitoDomain(String cognitoDomain) {
            return cognitoDomain(Output.of(cognitoDomain));
        }

        public Builder cognitoUserPoolArn(@Nullable Output<String> cognitoUserPoolArn) {
            $.cognitoUserPoolArn = cognitoUserPoolArn;
            return this;
        }

        public Builder cognitoUserPoolArn(String cognitoUserPoolArn) {
            return cognitoUserPoolArn(Output.of(cognitoUserPoolArn));
        }

        public Builder deliveredModels(@Nullable List<DeliveredModelConfigArgs> deliveredModels) {
            $.deliveredModels = deliveredModels;
            return this;
        }

        public Builder deliveredModels(DeliveredModelConfigArgs... deliveredModels) {
            return deliveredModels(List.of(deliveredModels));
        }

        public Builder domain(String domain) {
            $.domain = domain;
            return this;
        }

        public Builder failoverHealthCheckId(@Nullable Output<String> failoverHealthCheckId) {
            $.failoverHealthCheckId = failoverHealthCheckId;
            return this;
        }

        public Builder failoverHealthCheckId(String failoverHealthCheckId) {
            return failoverHealthCheckId(Output.of(failoverHealthCheckId));
        }

        public Builder firewall(@Nullable WebFirewallConfigArgs firewall) {
            $.firewall = firewall;
            return this;
        }

        public Builder furtherTargetGroupArns(@Nullable Output<List<String>> furtherTargetGroupArns) {
            $.furtherTargetGroupArns = furtherTargetGroupArns;
            return this;
        }

        public Builder furtherTargetGroupArns(List<String> furtherTargetGroupArns) {
            return furtherTargetGroupArns(Output.of(furtherTargetGroupArns));
        }

        public Builder furtherTargetGroupArns(String... furtherTargetGroupArns) {
            return furtherTargetGroupArns(List.of(furtherTargetGroupArns));
        }

        public Builder loadBalancer(@Nullable ServingLoadBalancerOptionsArgs loadBalancer) {
            $.loadBalancer = loadBalancer;
            return this;
        }

        public Builder loadBalancerCidrs(Output<List<String>> loadBalancerCidrs) {
            $.loadBalancerCidrs = loadBalancerCidrs;
            return this;
        }

        public Builder loadBalancerCidrs(List<String> loadBalancerCidrs) {
            return loadBalancerCidrs(Output.of(loadBalancerCidrs));
        }

        public Builder loadBalancerCidrs(String... loadBalancerCidrs) {
            return loadBalancerCidrs(List.of(loadBalancerCidrs));
        }

        public Builder loadBalancerSubnetIds(Output<List<String>> loadBalancerSubnetIds) {
            $.loadBalancerSubnetIds = loadBalancerSubnetIds;
            return this;
        }

        public Builder loadBalancerSubnetIds(List<String> loadBalancerSubnetIds) {
            return loadBalancerSubnetIds(Output.of(loadBalancerSubnetIds));
        }

        public Builder loadBalancerSubnetIds(String... loadBalancerSubnetIds) {
            return loadBalancerSubnetIds(List.of(loadBalancerSubnetIds));
        }

        public Builder logBucketName(Output<String> logBucketName) {
            $.logBucketName = logBucketName;
            return this;
        }

        public Builder logBucketName(String logBucketName) {
            return logBucketName(Output.of(logBucketName));
        }

        public Builder modelPolicies(@Nullable Map<String,String> modelPolicies) {
            $.modelPolicies = modelPolicies;
            return this;
        }

        public Builder models(@Nullable List<ModelConfigArgs> models) {
            $.models = models;
            return this;
        }

        public Builder models(ModelConfigArgs... models) {
            return models(List.of(models));
        }

        public Builder modelsKeyArn(Output<String> modelsKeyArn) {
            $.modelsKeyArn = modelsKeyArn;
            return this;
        }

        public Builder modelsKeyArn(String modelsKeyArn) {
            return modelsKeyArn(Output.of(modelsKeyArn));
        }

        public Builder monitoringNamespace(@Nullable String monitoringNamespace) {
            $.monitoringNamespace = monitoringNamespace;
            return this;
        }

        public Builder neighbors(@Nullable List<NeighborConfigArgs> neighbors) {
            $.neighbors = neighbors;
            return this;
        }

        public Builder neighbors(NeighborConfigArgs... neighbors) {
            return neighbors(List.of(neighbors));
        }

        public Builder nodeSecurityGroupId(Output<String> nodeSecurityGroupId) {
            $.nodeSecurityGroupId = nodeSecurityGroupId;
            return this;
        }

        public Builder nodeSecurityGroupId(String nodeSecurityGroupId) {
            return nodeSecurityGroupId(Output.of(nodeSecurityGroupId));
        }

        public Builder oidcClientSecret(@Nullable Output<String> oidcClientSecret) {
            $.oidcClientSecret = oidcClientSecret;
            return this;
        }

        public Builder oidcClientSecret(String oidcClientSecret) {
            return oidcClientSecret(Output.of(oidcClientSecret));
        }

        public Builder platform(@Nullable ServingPlatformOptionsArgs platform) {
            $.platform = platform;
            return this;
        }

        public Builder vpcCidr(Output<String> vpcCidr) {
            $.vpcCidr = vpcCidr;
            return this;
        }

        public Builder vpcCidr(String vpcCidr) {
            return vpcCidr(Output.of(vpcCidr));
        }

        public Builder vpcId(Output<String> vpcId) {
            $.vpcId = vpcId;
            return this;
        }

        public Builder vpcId(String vpcId) {
            return vpcId(Output.of(vpcId));
        }

        public Builder zoneId(Output<String> zoneId) {
            $.zoneId = zoneId;
            return this;
        }

        public Builder zoneId(String zoneId) {
            return zoneId(Output.of(zoneId));
        }

        public Builder zoneName(String zoneName) {
            $.zoneName = zoneName;
            return this;
        }

        public ModelServingIngressArgs build() {
            if ($.clusterName == null) {
                throw new MissingRequiredPropertyException("ModelServingIngressArgs", "clusterName");
            }
            if ($.domain == null) {
                throw new MissingRequiredPropertyException("ModelServingIngressArgs", "domain");
            }
            if ($.loadBalancerCidrs == null) {
                throw new MissingRequiredPropertyException("ModelServingIngressArgs", "loadBalancerCidrs");
            }
            if ($.loadBalancerSubnetIds == null) {
                throw new MissingRequiredPropertyException("ModelServingIngressArgs", "loadBalancerSubnetIds");
            }
            if ($.logBucketName == null) {
                throw new MissingRequiredPropertyException("ModelServingIngressArgs", "logBucketName");
            }
            if ($.modelsKeyArn == null) {
                throw new MissingRequiredPropertyException("ModelServingIngressArgs", "modelsKeyArn");
            }
            if ($.nodeSecurityGroupId == null) {
                throw new MissingRequiredPropertyException("ModelServingIngressArgs", "nodeSecurityGroupId");
            }
            if ($.vpcCidr == null) {
                throw new MissingRequiredPropertyException("ModelServingIngressArgs", "vpcCidr");
            }
            if ($.vpcId == null) {
                throw new MissingRequiredPropertyException("ModelServingIngressArgs", "vpcId");
            }
            if ($.zoneId == null) {
                throw new MissingRequiredPropertyException("ModelServingIngressArgs", "zoneId");
            }
            if ($.zoneName == null) {
                throw new MissingRequiredPropertyException("ModelServingIngressArgs", "zoneName");
            }
            return $;
        }
    }

}
