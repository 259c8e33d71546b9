// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform;

import com.pulumi.core.Output;
import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.inputs.GuaranteeConfigArgs;
import com.pulumi.mlplatform.inputs.PoolConfigArgs;
import com.pulumi.mlplatform.inputs.ServingLoadBalancerOptionsArgs;
import com.pulumi.mlplatform.inputs.TeamConfigArgs;
import com.pulumi.mlplatform.inputs.WebFirewallConfigArgs;
import java.lang.Boolean;
import java.lang.Integer;
import java.lang.String;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class KubeflowClusterArgs extends com.pulumi.resources.ResourceArgs {

    public static final KubeflowClusterArgs Empty = new KubeflowClusterArgs();

    @Import(name="argoCd", required=true)
    private Output<String> argoCd;

    public Output<String> argoCd() {
        return this.argoCd;
    }

    @Import(name="borrowing")
    private @Nullable Boolean borrowing;

    public Optional<Boolean> borrowing() {
        return Optional.ofNullable(this.borrowing);
    }

    @Import(name="clientId", required=true)
    private Output<String> clientId;

    public Output<String> clientId() {
        return this.clientId;
    }

    @Import(name="clientSecretName", required=true)
    private Output<String> clientSecretName;

    public Output<String> clientSecretName() {
        return this.clientSecretName;
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

    @Import(name="controllerRoleArn")
    private @Nullable Output<String> controllerRoleArn;

    public Optional<Output<String>> controllerRoleArn() {
        return Optional.ofNullable(this.controllerRoleArn);
    }

    @Import(name="controllersReady")
    private @Nullable Output<String> controllersReady;

    public Optional<Output<String>> controllersReady() {
        return Optional.ofNullable(this.controllersReady);
    }

    @Import(name="dataKeyArn", required=true)
    private Output<String> dataKeyArn;

    public Output<String> dataKeyArn() {
        return this.dataKeyArn;
    }

    @Import(name="databaseAddress", required=true)
    private Output<String> databaseAddress;

    public Output<String> databaseAddress() {
        return this.databaseAddress;
    }

    @Import(name="databaseIdentifier")
    private @Nullable Output<String> databaseIdentifier;

    public Optional<Output<String>> databaseIdentifier() {
        return Optional.ofNullable(this.databaseIdentifier);
    }

    @Import(name="databasesReady")
    private @Nullable Output<String> databasesReady;

    public Optional<Output<String>> databasesReady() {
        return Optional.ofNullable(this.databasesReady);
    }

    @Import(name="deletionProtection")
    private @Nullable Boolean deletionProtection;

    public Optional<Boolean> deletionProtection() {
        return Optional.ofNullable(this.deletionProtection);
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

    @Import(name="guarantees")
    private @Nullable List<GuaranteeConfigArgs> guarantees;

    public Optional<List<GuaranteeConfigArgs>> guarantees() {
        return Optional.ofNullable(this.guarantees);
    }

    @Import(name="issuer", required=true)
    private Output<String> issuer;

    public Output<String> issuer() {
        return this.issuer;
    }

    @Import(name="loadBalancer")
    private @Nullable ServingLoadBalancerOptionsArgs loadBalancer;

    public Optional<ServingLoadBalancerOptionsArgs> loadBalancer() {
        return Optional.ofNullable(this.loadBalancer);
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

    @Import(name="models")
    private @Nullable Boolean models;

    public Optional<Boolean> models() {
        return Optional.ofNullable(this.models);
    }

    @Import(name="modelsBucket", required=true)
    private Output<String> modelsBucket;

    public Output<String> modelsBucket() {
        return this.modelsBucket;
    }

    @Import(name="monitoringNamespace")
    private @Nullable String monitoringNamespace;

    public Optional<String> monitoringNamespace() {
        return Optional.ofNullable(this.monitoringNamespace);
    }

    @Import(name="nodeSecurityGroupId", required=true)
    private Output<String> nodeSecurityGroupId;

    public Output<String> nodeSecurityGroupId() {
        return this.nodeSecurityGroupId;
    }

    @Import(name="notebookImages")
    private @Nullable List<String> notebookImages;

    public Optional<List<String>> notebookImages() {
        return Optional.ofNullable(this.notebookImages);
    }

    @Import(name="offlineBucket", required=true)
    private Output<String> offlineBucket;

    public Output<String> offlineBucket() {
        return this.offlineBucket;
    }

    @Import(name="oidcClientSecret")
    private @Nullable Output<String> oidcClientSecret;

    public Optional<Output<String>> oidcClientSecret() {
        return Optional.ofNullable(this.oidcClientSecret);
    }

    @Import(name="pipelinesDatabaseAddress", required=true)
    private Output<String> pipelinesDatabaseAddress;

    public Output<String> pipelinesDatabaseAddress() {
        return this.pipelinesDatabaseAddress;
    }

    @Import(name="pipelinesDatabaseIdentifier")
    private @Nullable Output<String> pipelinesDatabaseIdentifier;

    public Optional<Output<String>> pipelinesDatabaseIdentifier() {
        return Optional.ofNullable(this.pipelinesDatabaseIdentifier);
    }

    @Import(name="pools")
    private @Nullable List<PoolConfigArgs> pools;

    public Optional<List<PoolConfigArgs>> pools() {
        return Optional.ofNullable(this.pools);
    }

    @Import(name="rawBucket", required=true)
    private Output<String> rawBucket;

    public Output<String> rawBucket() {
        return this.rawBucket;
    }

    @Import(name="repository", required=true)
    private String repository;

    public String repository() {
        return this.repository;
    }

    @Import(name="revision", required=true)
    private String revision;

    public String revision() {
        return this.revision;
    }

    @Import(name="secretPrefix", required=true)
    private Output<String> secretPrefix;

    public Output<String> secretPrefix() {
        return this.secretPrefix;
    }

    @Import(name="secretStore", required=true)
    private Output<String> secretStore;

    public Output<String> secretStore() {
        return this.secretStore;
    }

    @Import(name="services")
    private @Nullable List<String> services;

    public Optional<List<String>> services() {
        return Optional.ofNullable(this.services);
    }

    @Import(name="signInUrl", required=true)
    private Output<String> signInUrl;

    public Output<String> signInUrl() {
        return this.signInUrl;
    }

    @Import(name="teams", required=true)
    private List<TeamConfigArgs> teams;

    public List<TeamConfigArgs> teams() {
        return this.teams;
    }

    @Import(name="trainingBucket", required=true)
    private Output<String> trainingBucket;

    public Output<String> trainingBucket() {
        return this.trainingBucket;
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

    @Import(name="waveMinutes")
    private @Nullable Integer waveMinutes;

    public Optional<Integer> waveMinutes() {
        return Optional.ofNullable(this.waveMinutes);
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

    private KubeflowClusterArgs() {}

    private KubeflowClusterArgs(KubeflowClusterArgs $) {
        this.argoCd = $.argoCd;
        this.borrowing = $.borrowing;
        this.clientId = $.clientId;
        this.clientSecretName = $.clientSecretName;
        this.clusterName = $.clusterName;
        this.cognitoClientId = $.cognitoClientId;
        this.cognitoDomain = $.cognitoDomain;
        this.cognitoUserPoolArn = $.cognitoUserPoolArn;
        this.controllerRoleArn = $.controllerRoleArn;
        this.controllersReady = $.controllersReady;
        this.dataKeyArn = $.dataKeyArn;
        this.databaseAddress = $.databaseAddress;
        this.databaseIdentifier = $.databaseIdentifier;
        this.databasesReady = $.databasesReady;
        this.deletionProtection = $.deletionProtection;
        this.domain = $.domain;
        this.failoverHealthCheckId = $.failoverHealthCheckId;
        this.firewall = $.firewall;
        this.guarantees = $.guarantees;
        this.issuer = $.issuer;
        this.loadBalancer = $.loadBalancer;
        this.loadBalancerSubnetIds = $.loadBalancerSubnetIds;
        this.logBucketName = $.logBucketName;
        this.models = $.models;
        this.modelsBucket = $.modelsBucket;
        this.monitoringNamespace = $.monitoringNamespace;
        this.nodeSecurityGroupId = $.nodeSecurityGroupId;
        this.notebookImages = $.notebookImages;
        this.offlineBucket = $.offlineBucket;
        this.oidcClientSecret = $.oidcClientSecret;
        this.pipelinesDatabaseAddress = $.pipelinesDatabaseAddress;
        this.pipelinesDatabaseIdentifier = $.pipelinesDatabaseIdentifier;
        this.pools = $.pools;
        this.rawBucket = $.rawBucket;
        this.repository = $.repository;
        this.revision = $.revision;
        this.secretPrefix = $.secretPrefix;
        this.secretStore = $.secretStore;
        this.services = $.services;
        this.signInUrl = $.signInUrl;
        this.teams = $.teams;
        this.trainingBucket = $.trainingBucket;
        this.vpcCidr = $.vpcCidr;
        this.vpcId = $.vpcId;
        this.waveMinutes = $.waveMinutes;
        this.zoneId = $.zoneId;
        this.zoneName = $.zoneName;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(KubeflowClusterArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private KubeflowClusterArgs $;

        public Builder() {
            $ = new KubeflowClusterArgs();
        }

        public Builder(KubeflowClusterArgs defaults) {
            $ = new KubeflowClusterArgs(Objects.requireNonNull(defaults));
        }

        public Builder argoCd(Output<String> argoCd) {
            $.argoCd = argoCd;
            return this;
        }

        public Builder argoCd(String argoCd) {
            return argoCd(Output.of(argoCd));
        }

        public Builder borrowing(@Nullable Boolean borrowing) {
            $.borrowing = borrowing;
            return this;
        }

        public Builder clientId(Output<String> clientId) {
            $.clientId = clientId;
            return this;
        }

        public Builder clientId(String clientId) {
            return clientId(Output.of(clientId));
        }

        public Builder clientSecretName(Output<String> clientSecretName) {
            $.clientSecretName = clientSecretName;
            return this;
        }

        public Builder clientSecretName(String clientSecretName) {
            return clientSecretName(Output.of(clientSecretName));
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

        public Builder controllerRoleArn(@Nullable Output<String> controllerRoleArn) {
            $.controllerRoleArn = controllerRoleArn;
            return this;
        }

        public Builder controllerRoleArn(String controllerRoleArn) {
            return controllerRoleArn(Output.of(controllerRoleArn));
        }

        public Builder controllersReady(@Nullable Output<String> controllersReady) {
            $.controllersReady = controllersReady;
            return this;
        }

        public Builder controllersReady(String controllersReady) {
            return controllersReady(Output.of(controllersReady));
        }

        public Builder dataKeyArn(Output<String> dataKeyArn) {
            $.dataKeyArn = dataKeyArn;
            return this;
        }

        public Builder dataKeyArn(String dataKeyArn) {
            return dataKeyArn(Output.of(dataKeyArn));
        }

        public Builder databaseAddress(Output<String> databaseAddress) {
            $.databaseAddress = databaseAddress;
            return this;
        }

        public Builder databaseAddress(String databaseAddress) {
            return databaseAddress(Output.of(databaseAddress));
        }

        public Builder databaseIdentifier(@Nullable Output<String> databaseIdentifier) {
            $.databaseIdentifier = databaseIdentifier;
            return this;
        }

        public Builder databaseIdentifier(String databaseIdentifier) {
            return databaseIdentifier(Output.of(databaseIdentifier));
        }

        public Builder databasesReady(@Nullable Output<String> databasesReady) {
            $.databasesReady = databasesReady;
            return this;
        }

        public Builder databasesReady(String databasesReady) {
            return databasesReady(Output.of(databasesReady));
        }

        public Builder deletionProtection(@Nullable Boolean deletionProtection) {
            $.deletionProtection = deletionProtection;
            return this;
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

        public Builder guarantees(@Nullable List<GuaranteeConfigArgs> guarantees) {
            $.guarantees = guarantees;
            return this;
        }

        public Builder guarantees(GuaranteeConfigArgs... guarantees) {
            return guarantees(List.of(guarantees));
        }

        public Builder issuer(Output<String> issuer) {
            $.issuer = issuer;
            return this;
        }

        public Builder issuer(String issuer) {
            return issuer(Output.of(issuer));
        }

        public Builder loadBalancer(@Nullable ServingLoadBalancerOptionsArgs loadBalancer) {
            $.loadBalancer = loadBalancer;
            return this;
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

        public Builder models(@Nullable Boolean models) {
            $.models = models;
            return this;
        }

        public Builder modelsBucket(Output<String> modelsBucket) {
            $.modelsBucket = modelsBucket;
            return this;
        }

        public Builder modelsBucket(String modelsBucket) {
            return modelsBucket(Output.of(modelsBucket));
        }

        public Builder monitoringNamespace(@Nullable String monitoringNamespace) {
            $.monitoringNamespace = monitoringNamespace;
            return this;
        }

        public Builder nodeSecurityGroupId(Output<String> nodeSecurityGroupId) {
            $.nodeSecurityGroupId = nodeSecurityGroupId;
            return this;
        }

        public Builder nodeSecurityGroupId(String nodeSecurityGroupId) {
            return nodeSecurityGroupId(Output.of(nodeSecurityGroupId));
        }

        public Builder notebookImages(@Nullable List<String> notebookImages) {
            $.notebookImages = notebookImages;
            return this;
        }

        public Builder notebookImages(String... notebookImages) {
            return notebookImages(List.of(notebookImages));
        }

        public Builder offlineBucket(Output<String> offlineBucket) {
            $.offlineBucket = offlineBucket;
            return this;
        }

        public Builder offlineBucket(String offlineBucket) {
            return offlineBucket(Output.of(offlineBucket));
        }

        public Builder oidcClientSecret(@Nullable Output<String> oidcClientSecret) {
            $.oidcClientSecret = oidcClientSecret;
            return this;
        }

        public Builder oidcClientSecret(String oidcClientSecret) {
            return oidcClientSecret(Output.of(oidcClientSecret));
        }

        public Builder pipelinesDatabaseAddress(Output<String> pipelinesDatabaseAddress) {
            $.pipelinesDatabaseAddress = pipelinesDatabaseAddress;
            return this;
        }

        public Builder pipelinesDatabaseAddress(String pipelinesDatabaseAddress) {
            return pipelinesDatabaseAddress(Output.of(pipelinesDatabaseAddress));
        }

        public Builder pipelinesDatabaseIdentifier(@Nullable Output<String> pipelinesDatabaseIdentifier) {
            $.pipelinesDatabaseIdentifier = pipelinesDatabaseIdentifier;
            return this;
        }

        public Builder pipelinesDatabaseIdentifier(String pipelinesDatabaseIdentifier) {
            return pipelinesDatabaseIdentifier(Output.of(pipelinesDatabaseIdentifier));
        }

        public Builder pools(@Nullable List<PoolConfigArgs> pools) {
            $.pools = pools;
            return this;
        }

        public Builder pools(PoolConfigArgs... pools) {
            return pools(List.of(pools));
        }

        public Builder rawBucket(Output<String> rawBucket) {
            $.rawBucket = rawBucket;
            return this;
        }

        public Builder rawBucket(String rawBucket) {
            return rawBucket(Output.of(rawBucket));
        }

        public Builder repository(String repository) {
            $.repository = repository;
            return this;
        }

        public Builder revision(String revision) {
            $.revision = revision;
            return this;
        }

        public Builder secretPrefix(Output<String> secretPrefix) {
            $.secretPrefix = secretPrefix;
            return this;
        }

        public Builder secretPrefix(String secretPrefix) {
            return secretPrefix(Output.of(secretPrefix));
        }

        public Builder secretStore(Output<String> secretStore) {
            $.secretStore = secretStore;
            return this;
        }

        public Builder secretStore(String secretStore) {
            return secretStore(Output.of(secretStore));
        }

        public Builder services(@Nullable List<String> services) {
            $.services = services;
            return this;
        }

        public Builder services(String... services) {
            return services(List.of(services));
        }

        public Builder signInUrl(Output<String> signInUrl) {
            $.signInUrl = signInUrl;
            return this;
        }

        public Builder signInUrl(String signInUrl) {
            return signInUrl(Output.of(signInUrl));
        }

        public Builder teams(List<TeamConfigArgs> teams) {
            $.teams = teams;
            return this;
        }

        public Builder teams(TeamConfigArgs... teams) {
            return teams(List.of(teams));
        }

        public Builder trainingBucket(Output<String> trainingBucket) {
            $.trainingBucket = trainingBucket;
            return this;
        }

        public Builder trainingBucket(String trainingBucket) {
            return trainingBucket(Output.of(trainingBucket));
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

        public Builder waveMinutes(@Nullable Integer waveMinutes) {
            $.waveMinutes = waveMinutes;
            return this;
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

        public KubeflowClusterArgs build() {
            if ($.argoCd == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "argoCd");
            }
            if ($.clientId == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "clientId");
            }
            if ($.clientSecretName == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "clientSecretName");
            }
            if ($.clusterName == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "clusterName");
            }
            if ($.dataKeyArn == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "dataKeyArn");
            }
            if ($.databaseAddress == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "databaseAddress");
            }
            if ($.domain == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "domain");
            }
            if ($.issuer == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "issuer");
            }
            if ($.loadBalancerSubnetIds == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "loadBalancerSubnetIds");
            }
            if ($.logBucketName == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "logBucketName");
            }
            if ($.modelsBucket == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "modelsBucket");
            }
            if ($.nodeSecurityGroupId == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "nodeSecurityGroupId");
            }
            if ($.offlineBucket == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "offlineBucket");
            }
            if ($.pipelinesDatabaseAddress == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "pipelinesDatabaseAddress");
            }
            if ($.rawBucket == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "rawBucket");
            }
            if ($.repository == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "repository");
            }
            if ($.revision == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "revision");
            }
            if ($.secretPrefix == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "secretPrefix");
            }
            if ($.secretStore == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "secretStore");
            }
            if ($.signInUrl == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "signInUrl");
            }
            if ($.teams == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "teams");
            }
            if ($.trainingBucket == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "trainingBucket");
            }
            if ($.vpcCidr == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "vpcCidr");
            }
            if ($.vpcId == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "vpcId");
            }
            if ($.zoneId == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "zoneId");
            }
            if ($.zoneName == null) {
                throw new MissingRequiredPropertyException("KubeflowClusterArgs", "zoneName");
            }
            return $;
        }
    }

}
