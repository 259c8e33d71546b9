// The network and the GPU cluster of prod as CloudFormation resources, one for each that the plan holds, judged by
// cdk-nag. What runs inside the cluster has no CloudFormation type; CDK makes custom resources of it, and so does this.
const { App, CfnResource, Fn, Stack, Tags, Validations } = require("aws-cdk-lib");
const autoscaling = require("aws-cdk-lib/aws-autoscaling");
const ec2 = require("aws-cdk-lib/aws-ec2");
const eks = require("aws-cdk-lib/aws-eks");
const iam = require("aws-cdk-lib/aws-iam");
const kms = require("aws-cdk-lib/aws-kms");
const logs = require("aws-cdk-lib/aws-logs");
const { AwsSolutionsChecks } = require("cdk-nag");

const ACCOUNT = "111122223333";
const REGION = "us-east-1";
const ZONES = ["a", "b", "c"];
const TIERS = ["public", "private", "isolated"];
const ENDPOINTS = ["ecr.api", "ecr.dkr", "ec2", "sts", "logs", "eks", "eks-auth", "autoscaling"];
const ADDONS = ["vpc-cni", "coredns", "kube-proxy", "aws-ebs-csi-driver", "eks-pod-identity-agent", "metrics-server"];
const NAMESPACES = ["training", "serving", "gpu-software"];

const app = new App();
const stack = new Stack(app, "Peer", { env: { account: ACCOUNT, region: REGION } });

function policy(...statements) {
  return { Version: "2012-10-17", Statement: statements };
}

function trust(service) {
  return policy({
    Effect: "Allow",
    Principal: { Service: service },
    Action: ["sts:AssumeRole"],
    Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT } },
  });
}

function key(id) {
  const root = `arn:aws:iam::${ACCOUNT}:root`;
  const administration = { Effect: "Allow", Principal: { AWS: root }, Action: "kms:*", Resource: "*" };
  const made = new kms.CfnKey(stack, `${id}Key`, { enableKeyRotation: true, keyPolicy: policy(administration) });
  new kms.CfnAlias(stack, `${id}Alias`, { aliasName: `alias/${id}`, targetKeyId: made.ref });
  return made;
}

function role(id, service, managed, statements = []) {
  const made = new iam.CfnRole(stack, `${id}Role`, {
    assumeRolePolicyDocument: trust(service),
    managedPolicyArns: managed.map((name) => `arn:aws:iam::aws:policy/${name}`),
  });
  statements.forEach((statement, index) => {
    new iam.CfnRolePolicy(stack, `${id}Policy${index}`, {
      roleName: made.ref,
      policyName: `${id}-${index}`,
      policyDocument: policy(statement),
    });
  });
  return made;
}

function network() {
  const flowKey = key("FlowLogs");
  const vpc = new ec2.CfnVPC(stack, "Vpc", { cidrBlock: "10.40.0.0/16", enableDnsHostnames: true, enableDnsSupport: true });
  const gateway = new ec2.CfnInternetGateway(stack, "Gateway");
  new ec2.CfnVPCGatewayAttachment(stack, "Attachment", { vpcId: vpc.ref, internetGatewayId: gateway.ref });
  const subnets = { public: [], private: [], isolated: [] };
  const tables = [];
  TIERS.forEach((tier, row) => {
    ZONES.forEach((zone, column) => {
      const subnet = new ec2.CfnSubnet(stack, `${tier}${zone}`, {
        vpcId: vpc.ref,
        availabilityZone: REGION + zone,
        cidrBlock: `10.40.${64 * row + 16 * column}.0/20`,
        mapPublicIpOnLaunch: false,
      });
      subnets[tier].push(subnet.ref);
      const table = new ec2.CfnRouteTable(stack, `${tier}${zone}Table`, { vpcId: vpc.ref });
      tables.push(table.ref);
      new ec2.CfnSubnetRouteTableAssociation(stack, `${tier}${zone}Association`, { subnetId: subnet.ref, routeTableId: table.ref });
      if (tier === "public") {
        new ec2.CfnRoute(stack, `${zone}Out`, { routeTableId: table.ref, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.ref });
      }
      if (tier === "private") {
        const address = new ec2.CfnEIP(stack, `${zone}Address`, { domain: "vpc" });
        const nat = new ec2.CfnNatGateway(stack, `${zone}Nat`, { subnetId: subnets.public[column], allocationId: address.attrAllocationId });
        new ec2.CfnRoute(stack, `${zone}Nated`, { routeTableId: table.ref, destinationCidrBlock: "0.0.0.0/0", natGatewayId: nat.ref });
      }
    });
  });
  const group = new ec2.CfnSecurityGroup(stack, "EndpointsGroup", { vpcId: vpc.ref, groupDescription: "Endpoints." });
  new ec2.CfnSecurityGroupIngress(stack, "EndpointsIn", {
    groupId: group.ref, ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIp: "10.40.0.0/16", description: "From the network.",
  });
  const mine = { Effect: "Allow", Principal: "*", Action: "*", Resource: "*", Condition: { StringEquals: { "aws:PrincipalAccount": ACCOUNT } } };
  new ec2.CfnVPCEndpoint(stack, "S3", {
    vpcId: vpc.ref, serviceName: `com.amazonaws.${REGION}.s3`, vpcEndpointType: "Gateway", routeTableIds: tables, policyDocument: policy(mine),
  });
  ENDPOINTS.forEach((service) => {
    new ec2.CfnVPCEndpoint(stack, `Endpoint${service}`, {
      vpcId: vpc.ref,
      serviceName: `com.amazonaws.${REGION}.${service}`,
      vpcEndpointType: "Interface",
      privateDnsEnabled: true,
      subnetIds: subnets.private,
      securityGroupIds: [group.ref],
      policyDocument: policy(mine),
    });
  });
  const flows = new logs.CfnLogGroup(stack, "FlowLogGroup", { retentionInDays: 90, kmsKeyId: flowKey.attrArn });
  const writer = role("Flow", "vpc-flow-logs.amazonaws.com", [], [
    { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: [flows.attrArn] },
  ]);
  new ec2.CfnFlowLog(stack, "FlowLog", {
    resourceId: vpc.ref, resourceType: "VPC", trafficType: "ALL", logGroupName: flows.ref, deliverLogsPermissionArn: writer.attrArn,
  });
  return { vpc, subnets };
}

function groups(vpc) {
  const control = new ec2.CfnSecurityGroup(stack, "ControlGroup", { vpcId: vpc.ref, groupDescription: "Control plane." });
  const nodes = new ec2.CfnSecurityGroup(stack, "NodeGroup", { vpcId: vpc.ref, groupDescription: "Nodes." });
  [["Api", control, nodes, 443], ["Kubelet", nodes, control, 10250], ["Webhook", nodes, control, 9443], ["Peers", nodes, nodes, -1]].forEach(
    ([id, to, from, port]) => {
      const ports = port < 0 ? { ipProtocol: "-1" } : { ipProtocol: "tcp", fromPort: port, toPort: port };
      new ec2.CfnSecurityGroupIngress(stack, `${id}In`, { groupId: to.ref, sourceSecurityGroupId: from.ref, description: id, ...ports });
    },
  );
  new ec2.CfnSecurityGroupEgress(stack, "NodesOut", { groupId: nodes.ref, ipProtocol: "-1", cidrIp: "0.0.0.0/0", description: "Images." });
  new ec2.CfnSecurityGroupEgress(stack, "ControlOut", {
    groupId: control.ref, ipProtocol: "tcp", fromPort: 0, toPort: 65535, destinationSecurityGroupId: nodes.ref, description: "Nodes.",
  });
  return { control, nodes };
}

function cluster(subnets, { control, nodes }) {
  const [secrets, volumes] = [key("Secrets"), key("Volumes")];
  new logs.CfnLogGroup(stack, "ControlLogs", { logGroupName: "/aws/eks/ml/cluster", retentionInDays: 90, kmsKeyId: secrets.attrArn });
  const service = role("Cluster", "eks.amazonaws.com", ["AmazonEKSClusterPolicy"], [
    { Effect: "Allow", Action: ["kms:Encrypt", "kms:Decrypt"], Resource: [secrets.attrArn] },
  ]);
  const plane = new eks.CfnCluster(stack, "Cluster", {
    name: "ml",
    version: "1.36",
    roleArn: service.attrArn,
    accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
    encryptionConfig: [{ provider: { keyArn: secrets.attrArn }, resources: ["secrets"] }],
    logging: { clusterLogging: { enabledTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"].map((type) => ({ type })) } },
    resourcesVpcConfig: {
      subnetIds: subnets.private, securityGroupIds: [control.ref], endpointPrivateAccess: true, endpointPublicAccess: false,
    },
  });
  new iam.CfnOIDCProvider(stack, "Oidc", { url: plane.attrOpenIdConnectIssuerUrl, clientIdList: ["sts.amazonaws.com"] });
  ADDONS.forEach((addonName) => {
    new eks.CfnAddon(stack, `Addon${addonName}`, { clusterName: plane.ref, addonName, addonVersion: "v1.20.0-eksbuild.1" });
  });
  const pods = ["ebs.csi", "cluster-autoscaler"].map((name) =>
    role(name, "pods.eks.amazonaws.com", [], [{ Effect: "Allow", Action: ["autoscaling:Describe*"], Resource: ["*"] }]),
  );
  pods.forEach((pod, index) => {
    new eks.CfnPodIdentityAssociation(stack, `Identity${index}`, {
      clusterName: plane.ref, namespace: "kube-system", serviceAccount: `account-${index}`, roleArn: pod.attrArn,
    });
  });
  const node = role("Node", "ec2.amazonaws.com", ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"]);
  pool("system", plane, node, nodes, subnets, volumes, ["m7i.large"], 3, 6);
  const group = pool("inference", plane, node, nodes, subnets, volumes, ["g4dn.xlarge"], 20, 30);
  [["Up", "0 8 * * *", 30], ["Down", "0 22 * * *", 20]].forEach(([id, recurrence, maxSize]) => {
    new autoscaling.CfnScheduledAction(stack, `Schedule${id}`, { autoScalingGroupName: `eks-${group.ref}`, recurrence, maxSize });
  });
  return plane;
}

function pool(name, plane, node, nodes, subnets, volumes, instanceTypes, minSize, maxSize) {
  const tags = ["instance", "volume"].map((resourceType) => ({ resourceType, tags: [{ key: "owner", value: "ml-platform" }] }));
  const template = new ec2.CfnLaunchTemplate(stack, `${name}Template`, {
    launchTemplateData: {
      blockDeviceMappings: [
        { deviceName: "/dev/xvda", ebs: { encrypted: true, volumeType: "gp3", volumeSize: 100, kmsKeyId: volumes.attrArn } },
      ],
      metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1, httpEndpoint: "enabled" },
      networkInterfaces: [{ deviceIndex: 0, groups: [nodes.ref] }],
      tagSpecifications: tags,
    },
  });
  return new eks.CfnNodegroup(stack, `${name}Pool`, {
    clusterName: plane.ref,
    nodeRole: node.attrArn,
    subnets: subnets.private,
    instanceTypes,
    amiType: name === "system" ? "AL2023_x86_64_STANDARD" : "AL2023_x86_64_NVIDIA",
    scalingConfig: { minSize, desiredSize: minSize, maxSize },
    launchTemplate: { id: template.ref, version: template.attrLatestVersionNumber },
    labels: { pool: name },
  });
}

function inside(plane) {
  const custom = (type, id, properties) =>
    new CfnResource(stack, id, {
      type: `Custom::AWSCDK-EKS-${type}`,
      properties: { ServiceToken: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:kubectl`, ClusterName: plane.ref, ...properties },
    });
  const manifest = (id, object) => custom("KubernetesResource", id, { Manifest: Fn.sub(JSON.stringify([object])) });
  manifest("StorageClass", { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name: "gp3" }, provisioner: "ebs.csi.aws.com" });
  NAMESPACES.forEach((namespace) => {
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    manifest(`Namespace-${namespace}`, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } });
    ["default-deny", "allow-dns", "allow-within", "allow-apis"].forEach((name) => {
      const spec = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
      manifest(`${namespace}-${name}`, { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name, namespace }, spec });
    });
  });
  ["nvidia-device-plugin", "dcgm-exporter", "cluster-autoscaler"].forEach((chart) => {
    custom("HelmChart", `Release-${chart}`, { Release: chart, Chart: chart, Version: "1.0.0", Namespace: "gpu-software", Wait: true });
  });
}

const { vpc, subnets } = network();
inside(cluster(subnets, groups(vpc)));
Object.entries({ owner: "ml-platform", "cost-center": "ml-infrastructure", environment: "production" }).forEach(([name, value]) =>
  Tags.of(stack).add(name, value),
);
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
["AmazonEKSClusterPolicy", "AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"].forEach((name) => {
  const id = `AwsSolutions::AwsSolutions-IAM4[Policy::arn:aws:iam::aws:policy/${name}]`;
  Validations.of(stack).acknowledge({ id, reason: "AWS keeps what nodes and the control plane may do." });
});
Validations.of(stack).acknowledge({ id: "CloudFormation-Validate::W3010", reason: "The zones are chosen." });
Validations.of(stack).acknowledge({ id: "CloudFormation-Validate::W9009", reason: "Secrets are named to be encrypted." });
