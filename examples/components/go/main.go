// The team vision: its own network, cluster, features and models, and Kubeflow on the cluster of shared tools.
package main

import (
	"example.com/pulumi-mlplatform/sdk/go/mlplatform"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(vision)
}

func vision(ctx *pulumi.Context) error {
	settings := config.New(ctx, "")
	zoneId := pulumi.String(settings.Require("zoneId"))
	tools, err := pulumi.NewStackReference(ctx, settings.Require("toolsStack"), nil)
	if err != nil {
		return err
	}
	ofTools := func(name string) pulumi.StringOutput { return tools.GetStringOutput(pulumi.String(name)) }

	network, err := mlplatform.NewNetwork(ctx, "network", &mlplatform.NetworkArgs{
		VpcCidr:      "10.60.0.0/16",
		ZoneCount:    pulumi.IntRef(2),
		ClusterNames: []string{"vision"},
	})
	if err != nil {
		return err
	}

	cluster, err := mlplatform.NewGpuCluster(ctx, "cluster", &mlplatform.GpuClusterArgs{
		ClusterName:      "vision",
		VpcId:            network.VpcId,
		PrivateSubnetIds: network.PrivateSubnetIds,
		NodePools: []mlplatform.NodePoolConfigArgs{
			{Name: "system", InstanceTypes: []string{"m7i.xlarge"}, Minimum: 2, Maximum: 4},
			{
				Name:          "inference",
				InstanceTypes: []string{"g6.xlarge"},
				Minimum:       1,
				Maximum:       4,
				Schedules: []mlplatform.ScheduleConfigArgs{
					{Name: "day", AdditionalNodes: 2, Start: "08:00", End: "20:00"},
				},
			},
		},
	})
	if err != nil {
		return err
	}
	inCluster, err := kubernetesProvider(ctx, "cluster", cluster.Kubeconfig)
	if err != nil {
		return err
	}

	store, err := mlplatform.NewFeatureStore(ctx, "store", &mlplatform.FeatureStoreArgs{
		Data:    mlplatform.DataBucketsConfigArgs{Prefix: "acme-vision"},
		Catalog: mlplatform.CatalogConfigArgs{Database: "vision"},
		Online: mlplatform.CacheConfigArgs{
			CacheName: "vision-online",
			Gigabytes: 5,
			Users: []mlplatform.CacheUserConfigArgs{
				{Name: "feast", Access: mlplatform.CacheAccessWrite, Password: pulumi.BoolRef(true)},
			},
		},
		Database:              mlplatform.DatabaseConfigArgs{Identifier: "vision"},
		VpcId:                 network.VpcId,
		IsolatedSubnetIds:     network.IsolatedSubnetIds,
		ClientSecurityGroupId: cluster.NodeSecurityGroupId,
	})
	if err != nil {
		return err
	}

	serving, err := mlplatform.NewModelServingIngress(ctx, "serving", &mlplatform.ModelServingIngressArgs{
		ZoneId:                zoneId,
		ZoneName:              "vision.example.com",
		Domain:                "models.vision.example.com",
		ClusterName:           cluster.Ready,
		VpcId:                 network.VpcId,
		VpcCidr:               network.VpcCidr,
		LoadBalancerSubnetIds: network.PublicSubnetIds,
		LoadBalancerCidrs:     network.PublicSubnetCidrs,
		NodeSecurityGroupId:   cluster.NodeSecurityGroupId,
		LogBucketName:         store.LogBucket,
		ModelsKeyArn:          store.DataKeyArn,
		Models: []mlplatform.ModelConfigArgs{
			{
				Name:              "defects",
				Namespace:         "models",
				ModelUri:          "s3://acme-vision-models-111122223333/defects/1/",
				Runtime:           mlplatform.RuntimeTriton,
				Gpus:              pulumi.IntRef(1),
				Cpu:               "3",
				Memory:            "12Gi",
				Minimum:           1,
				Maximum:           4,
				TargetConcurrency: 16,
			},
		},
	}, pulumi.Providers(inCluster))
	if err != nil {
		return err
	}

	toolsCluster, err := kubernetesProvider(ctx, "tools", ofTools("kubeconfig"))
	if err != nil {
		return err
	}
	kubeflow, err := mlplatform.NewKubeflowCluster(ctx, "kubeflow", &mlplatform.KubeflowClusterArgs{
		ZoneId:     zoneId,
		ZoneName:   "vision.example.com",
		Domain:     "kubeflow.vision.example.com",
		Repository: "https://github.com/acme/platform",
		Revision:   "0123456789abcdef0123456789abcdef01234567",
		Teams: []mlplatform.TeamConfigArgs{
			{
				Name:   "vision",
				Emails: []string{"ada@example.com"},
				Quota: &mlplatform.TeamQuotaConfigArgs{
					Cpu:        pulumi.IntRef(32),
					MemoryGib:  pulumi.IntRef(128),
					Gpus:       pulumi.IntRef(2),
					StorageGib: pulumi.IntRef(500),
				},
			},
		},
		Pools: []mlplatform.PoolConfigArgs{
			{Name: "training", Nodes: 2, Cpu: 48, MemoryGib: 192, Gpus: pulumi.IntRef(4)},
		},
		RawBucket:                store.RawBucket,
		TrainingBucket:           store.TrainingBucket,
		ModelsBucket:             store.ModelsBucket,
		OfflineBucket:            store.OfflineBucket,
		DataKeyArn:               store.DataKeyArn,
		LogBucketName:            store.LogBucket,
		ClusterName:              ofTools("clusterName"),
		ArgoCd:                   ofTools("argoCd"),
		VpcId:                    ofTools("vpcId"),
		VpcCidr:                  ofTools("vpcCidr"),
		LoadBalancerSubnetIds:    tools.GetOutput(pulumi.String("publicSubnetIds")).AsStringArrayOutput(),
		NodeSecurityGroupId:      ofTools("nodeSecurityGroupId"),
		DatabaseAddress:          ofTools("databaseAddress"),
		PipelinesDatabaseAddress: ofTools("pipelinesDatabaseAddress"),
		SecretStore:              ofTools("secretStore"),
		SecretPrefix:             ofTools("secretPrefix"),
		Issuer:                   ofTools("issuer"),
		SignInUrl:                ofTools("signInUrl"),
		ClientId:                 ofTools("clientId"),
		ClientSecretName:         ofTools("clientSecretName"),
	}, pulumi.Providers(toolsCluster))
	if err != nil {
		return err
	}

	ctx.Export("modelsUrl", serving.Url)
	ctx.Export("onlineEndpoint", store.OnlineEndpoint)
	ctx.Export("kubeflowUrl", kubeflow.Url)
	return nil
}

// kubernetesProvider registers the provider of Kubernetes. With the SDK of pulumi-kubernetes, it is kubernetes.NewProvider.
func kubernetesProvider(
	ctx *pulumi.Context, name string, kubeconfig pulumi.StringInput,
) (*pulumi.ProviderResourceState, error) {
	var provider pulumi.ProviderResourceState
	inputs := pulumi.Map{"kubeconfig": kubeconfig}
	err := ctx.RegisterResource("pulumi:providers:kubernetes", name, inputs, &provider)
	return &provider, err
}
