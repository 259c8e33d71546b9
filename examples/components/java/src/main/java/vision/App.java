package vision;

import com.pulumi.Context;
import com.pulumi.Pulumi;
import com.pulumi.core.Output;
import com.pulumi.mlplatform.FeatureStore;
import com.pulumi.mlplatform.FeatureStoreArgs;
import com.pulumi.mlplatform.GpuCluster;
import com.pulumi.mlplatform.GpuClusterArgs;
import com.pulumi.mlplatform.KubeflowCluster;
import com.pulumi.mlplatform.KubeflowClusterArgs;
import com.pulumi.mlplatform.ModelServingIngress;
import com.pulumi.mlplatform.ModelServingIngressArgs;
import com.pulumi.mlplatform.Network;
import com.pulumi.mlplatform.NetworkArgs;
import com.pulumi.mlplatform.enums.CacheAccess;
import com.pulumi.mlplatform.enums.Runtime;
import com.pulumi.mlplatform.inputs.CacheConfigArgs;
import com.pulumi.mlplatform.inputs.CacheUserConfigArgs;
import com.pulumi.mlplatform.inputs.CatalogConfigArgs;
import com.pulumi.mlplatform.inputs.DataBucketsConfigArgs;
import com.pulumi.mlplatform.inputs.DatabaseConfigArgs;
import com.pulumi.mlplatform.inputs.ModelConfigArgs;
import com.pulumi.mlplatform.inputs.NodePoolConfigArgs;
import com.pulumi.mlplatform.inputs.PoolConfigArgs;
import com.pulumi.mlplatform.inputs.ScheduleConfigArgs;
import com.pulumi.mlplatform.inputs.TeamConfigArgs;
import com.pulumi.mlplatform.inputs.TeamQuotaConfigArgs;
import com.pulumi.resources.ComponentResourceOptions;
import com.pulumi.resources.StackReference;
import com.pulumi.resources.StackReferenceArgs;
import java.util.List;
import java.util.stream.Collectors;

/** The team vision: its own network, cluster, features and models, and Kubeflow on the cluster of shared tools. */
public final class App {
    private App() {}

    public static void main(String[] args) {
        Pulumi.run(App::vision);
    }

    private static void vision(Context context) {
        var config = context.config();
        var zoneId = config.require("zoneId");
        var tools = new StackReference(
                config.require("toolsStack"),
                StackReferenceArgs.builder().name(config.require("toolsStack")).build());

        var network = new Network("network", NetworkArgs.builder()
                .vpcCidr("10.60.0.0/16")
                .zoneCount(2)
                .clusterNames("vision")
                .build());

        var cluster = new GpuCluster("cluster", GpuClusterArgs.builder()
                .clusterName("vision")
                .vpcId(network.vpcId())
                .privateSubnetIds(network.privateSubnetIds())
                .nodePools(
                        NodePoolConfigArgs.builder()
                                .name("system")
                                .instanceTypes("m7i.xlarge")
                                .minimum(2)
                                .maximum(4)
                                .build(),
                        NodePoolConfigArgs.builder()
                                .name("inference")
                                .instanceTypes("g6.xlarge")
                                .minimum(1)
                                .maximum(4)
                                .schedules(ScheduleConfigArgs.builder()
                                        .name("day")
                                        .additionalNodes(2)
                                        .start("08:00")
                                        .end("20:00")
                                        .build())
                                .build())
                .build());
        var inCluster = new KubernetesProvider("cluster", cluster.kubeconfig());

        var store = new FeatureStore("store", FeatureStoreArgs.builder()
                .data(DataBucketsConfigArgs.builder().prefix("acme-vision").build())
                .catalog(CatalogConfigArgs.builder().database("vision").build())
                .online(CacheConfigArgs.builder()
                        .cacheName("vision-online")
                        .gigabytes(5)
                        .users(CacheUserConfigArgs.builder()
                                .name("feast")
                                .access(CacheAccess.Write)
                                .password(true)
                                .build())
                        .build())
                .database(DatabaseConfigArgs.builder().identifier("vision").build())
                .vpcId(network.vpcId())
                .isolatedSubnetIds(network.isolatedSubnetIds())
                .clientSecurityGroupId(cluster.nodeSecurityGroupId())
                .build());

        var serving = new ModelServingIngress(
                "serving",
                ModelServingIngressArgs.builder()
                        .zoneId(zoneId)
                        .zoneName("vision.example.com")
                        .domain("models.vision.example.com")
                        .clusterName(cluster.ready())
                        .vpcId(network.vpcId())
                        .vpcCidr(network.vpcCidr())
                        .loadBalancerSubnetIds(network.publicSubnetIds())
                        .loadBalancerCidrs(network.publicSubnetCidrs())
                        .nodeSecurityGroupId(cluster.nodeSecurityGroupId())
                        .logBucketName(store.logBucket())
                        .modelsKeyArn(store.dataKeyArn())
                        .models(ModelConfigArgs.builder()
                                .name("defects")
                                .namespace("models")
                                .modelUri("s3://acme-vision-models-111122223333/defects/1/")
                                .runtime(Runtime.Triton)
                                .gpus(1)
                                .cpu("3")
                                .memory("12Gi")
                                .minimum(1)
                                .maximum(4)
                                .targetConcurrency(16)
                                .build())
                        .build(),
                ComponentResourceOptions.builder().providers(inCluster).build());

        var toolsCluster = new KubernetesProvider("tools", text(tools, "kubeconfig"));
        var kubeflow = new KubeflowCluster(
                "kubeflow",
                KubeflowClusterArgs.builder()
                        .zoneId(zoneId)
                        .zoneName("vision.example.com")
                        .domain("kubeflow.vision.example.com")
                        .repository("https://github.com/acme/platform")
                        .revision("0123456789abcdef0123456789abcdef01234567")
                        .teams(TeamConfigArgs.builder()
                                .name("vision")
                                .emails("ada@example.com")
                                .quota(TeamQuotaConfigArgs.builder()
                                        .cpu(32)
                                        .memoryGib(128)
                                        .gpus(2)
                                        .storageGib(500)
                                        .build())
                                .build())
                        .pools(PoolConfigArgs.builder()
                                .name("training")
                                .nodes(2)
                                .cpu(48)
                                .memoryGib(192)
                                .gpus(4)
                                .build())
                        .rawBucket(store.rawBucket())
                        .trainingBucket(store.trainingBucket())
                        .modelsBucket(store.modelsBucket())
                        .offlineBucket(store.offlineBucket())
                        .dataKeyArn(store.dataKeyArn())
                        .logBucketName(store.logBucket())
                        .clusterName(text(tools, "clusterName"))
                        .argoCd(text(tools, "argoCd"))
                        .vpcId(text(tools, "vpcId"))
                        .vpcCidr(text(tools, "vpcCidr"))
                        .loadBalancerSubnetIds(texts(tools, "publicSubnetIds"))
                        .nodeSecurityGroupId(text(tools, "nodeSecurityGroupId"))
                        .databaseAddress(text(tools, "databaseAddress"))
                        .pipelinesDatabaseAddress(text(tools, "pipelinesDatabaseAddress"))
                        .secretStore(text(tools, "secretStore"))
                        .secretPrefix(text(tools, "secretPrefix"))
                        .issuer(text(tools, "issuer"))
                        .signInUrl(text(tools, "signInUrl"))
                        .clientId(text(tools, "clientId"))
                        .clientSecretName(text(tools, "clientSecretName"))
                        .build(),
                ComponentResourceOptions.builder().providers(toolsCluster).build());

        context.export("modelsUrl", serving.url());
        context.export("onlineEndpoint", store.onlineEndpoint());
        context.export("kubeflowUrl", kubeflow.url());
    }

    private static Output<String> text(StackReference stack, String name) {
        return stack.requireOutput(name).applyValue(String.class::cast);
    }

    private static Output<List<String>> texts(StackReference stack, String name) {
        return stack.requireOutput(name)
                .applyValue(found -> ((List<?>) found).stream().map(String.class::cast).collect(Collectors.toList()));
    }
}
