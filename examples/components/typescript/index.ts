// The team vision: its own network, cluster, features and models, and Kubeflow on the cluster of shared tools.
import * as mlplatform from "@pulumi/mlplatform";
import * as pulumi from "@pulumi/pulumi";

// The provider of Kubernetes. With @pulumi/kubernetes, it is `new kubernetes.Provider(…)`.
class KubernetesProvider extends pulumi.ProviderResource {
    constructor(name: string, kubeconfig: pulumi.Input<string>) {
        super("kubernetes", name, { kubeconfig });
    }
}

const config = new pulumi.Config();
const zoneId = config.require("zoneId");
const tools = new pulumi.StackReference(config.require("toolsStack"));

const network = new mlplatform.Network("network", {
    vpcCidr: "10.60.0.0/16",
    zoneCount: 2,
    clusterNames: ["vision"],
});

const cluster = new mlplatform.GpuCluster("cluster", {
    clusterName: "vision",
    vpcId: network.vpcId,
    privateSubnetIds: network.privateSubnetIds,
    nodePools: [
        { name: "system", instanceTypes: ["m7i.xlarge"], minimum: 2, maximum: 4 },
        {
            name: "inference",
            instanceTypes: ["g6.xlarge"],
            minimum: 1,
            maximum: 4,
            schedules: [{ name: "day", additionalNodes: 2, start: "08:00", end: "20:00" }],
        },
    ],
});
const inCluster = new KubernetesProvider("cluster", cluster.kubeconfig);

const store = new mlplatform.FeatureStore("store", {
    data: { prefix: "acme-vision" },
    catalog: { database: "vision" },
    online: {
        cacheName: "vision-online",
        gigabytes: 5,
        users: [{ name: "feast", access: mlplatform.CacheAccess.Write, password: true }],
    },
    database: { identifier: "vision" },
    vpcId: network.vpcId,
    isolatedSubnetIds: network.isolatedSubnetIds,
    clientSecurityGroupId: cluster.nodeSecurityGroupId,
});

const serving = new mlplatform.ModelServingIngress(
    "serving",
    {
        zoneId,
        zoneName: "vision.example.com",
        domain: "models.vision.example.com",
        clusterName: cluster.ready,
        vpcId: network.vpcId,
        vpcCidr: network.vpcCidr,
        loadBalancerSubnetIds: network.publicSubnetIds,
        loadBalancerCidrs: network.publicSubnetCidrs,
        nodeSecurityGroupId: cluster.nodeSecurityGroupId,
        logBucketName: store.logBucket,
        modelsKeyArn: store.dataKeyArn,
        models: [
            {
                name: "defects",
                namespace: "models",
                modelUri: "s3://acme-vision-models-111122223333/defects/1/",
                runtime: mlplatform.Runtime.Triton,
                gpus: 1,
                cpu: "3",
                memory: "12Gi",
                minimum: 1,
                maximum: 4,
                targetConcurrency: 16,
            },
        ],
    },
    { providers: [inCluster] },
);

const toolsCluster = new KubernetesProvider("tools", tools.requireOutput("kubeconfig"));
const kubeflow = new mlplatform.KubeflowCluster(
    "kubeflow",
    {
        zoneId,
        zoneName: "vision.example.com",
        domain: "kubeflow.vision.example.com",
        repository: "https://github.com/acme/platform",
        revision: "0123456789abcdef0123456789abcdef01234567",
        teams: [
            {
                name: "vision",
                emails: ["ada@example.com"],
                quota: { cpu: 32, memoryGib: 128, gpus: 2, storageGib: 500 },
            },
        ],
        pools: [{ name: "training", nodes: 2, cpu: 48, memoryGib: 192, gpus: 4 }],
        rawBucket: store.rawBucket,
        trainingBucket: store.trainingBucket,
        modelsBucket: store.modelsBucket,
        offlineBucket: store.offlineBucket,
        dataKeyArn: store.dataKeyArn,
        logBucketName: store.logBucket,
        clusterName: tools.requireOutput("clusterName"),
        argoCd: tools.requireOutput("argoCd"),
        vpcId: tools.requireOutput("vpcId"),
        vpcCidr: tools.requireOutput("vpcCidr"),
        loadBalancerSubnetIds: tools.requireOutput("publicSubnetIds"),
        nodeSecurityGroupId: tools.requireOutput("nodeSecurityGroupId"),
        databaseAddress: tools.requireOutput("databaseAddress"),
        pipelinesDatabaseAddress: tools.requireOutput("pipelinesDatabaseAddress"),
        secretStore: tools.requireOutput("secretStore"),
        secretPrefix: tools.requireOutput("secretPrefix"),
        issuer: tools.requireOutput("issuer"),
        signInUrl: tools.requireOutput("signInUrl"),
        clientId: tools.requireOutput("clientId"),
        clientSecretName: tools.requireOutput("clientSecretName"),
    },
    { providers: [toolsCluster] },
);

export const modelsUrl = serving.url;
export const onlineEndpoint = store.onlineEndpoint;
export const kubeflowUrl = kubeflow.url;
