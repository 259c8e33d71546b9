// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform;

import com.pulumi.core.Output;
import com.pulumi.core.annotations.Export;
import com.pulumi.core.annotations.ResourceType;
import com.pulumi.core.internal.Codegen;
import com.pulumi.mlplatform.FeatureStoreArgs;
import com.pulumi.mlplatform.Utilities;
import java.lang.String;
import java.util.Map;
import javax.annotation.Nullable;

@ResourceType(type="mlplatform:index:FeatureStore")
public class FeatureStore extends com.pulumi.resources.ComponentResource {
    @Export(name="administratorKeyArn", refs={String.class}, tree="[0]")
    private Output<String> administratorKeyArn;

    public Output<String> administratorKeyArn() {
        return this.administratorKeyArn;
    }
    @Export(name="administratorSecretArn", refs={String.class}, tree="[0]")
    private Output<String> administratorSecretArn;

    public Output<String> administratorSecretArn() {
        return this.administratorSecretArn;
    }
    @Export(name="catalogDatabase", refs={String.class}, tree="[0]")
    private Output<String> catalogDatabase;

    public Output<String> catalogDatabase() {
        return this.catalogDatabase;
    }
    @Export(name="dataKeyArn", refs={String.class}, tree="[0]")
    private Output<String> dataKeyArn;

    public Output<String> dataKeyArn() {
        return this.dataKeyArn;
    }
    @Export(name="databaseAddress", refs={String.class}, tree="[0]")
    private Output<String> databaseAddress;

    public Output<String> databaseAddress() {
        return this.databaseAddress;
    }
    @Export(name="databaseArn", refs={String.class}, tree="[0]")
    private Output<String> databaseArn;

    public Output<String> databaseArn() {
        return this.databaseArn;
    }
    @Export(name="databaseIdentifier", refs={String.class}, tree="[0]")
    private Output<String> databaseIdentifier;

    public Output<String> databaseIdentifier() {
        return this.databaseIdentifier;
    }
    @Export(name="databaseSecurityGroupId", refs={String.class}, tree="[0]")
    private Output<String> databaseSecurityGroupId;

    public Output<String> databaseSecurityGroupId() {
        return this.databaseSecurityGroupId;
    }
    @Export(name="databaseSubnetGroup", refs={String.class}, tree="[0]")
    private Output<String> databaseSubnetGroup;

    public Output<String> databaseSubnetGroup() {
        return this.databaseSubnetGroup;
    }
    @Export(name="logBucket", refs={String.class}, tree="[0]")
    private Output<String> logBucket;

    public Output<String> logBucket() {
        return this.logBucket;
    }
    @Export(name="modelsBucket", refs={String.class}, tree="[0]")
    private Output<String> modelsBucket;

    public Output<String> modelsBucket() {
        return this.modelsBucket;
    }
    @Export(name="offlineBucket", refs={String.class}, tree="[0]")
    private Output<String> offlineBucket;

    public Output<String> offlineBucket() {
        return this.offlineBucket;
    }
    @Export(name="onlineConnectPolicies", refs={Map.class,String.class}, tree="[0,1,1]")
    private Output<Map<String,String>> onlineConnectPolicies;

    public Output<Map<String,String>> onlineConnectPolicies() {
        return this.onlineConnectPolicies;
    }
    @Export(name="onlineEndpoint", refs={String.class}, tree="[0]")
    private Output<String> onlineEndpoint;

    public Output<String> onlineEndpoint() {
        return this.onlineEndpoint;
    }
    @Export(name="onlineGroupId", refs={String.class}, tree="[0]")
    private Output<String> onlineGroupId;

    public Output<String> onlineGroupId() {
        return this.onlineGroupId;
    }
    @Export(name="onlineSecurityGroupId", refs={String.class}, tree="[0]")
    private Output<String> onlineSecurityGroupId;

    public Output<String> onlineSecurityGroupId() {
        return this.onlineSecurityGroupId;
    }
    @Export(name="onlineUserArns", refs={Map.class,String.class}, tree="[0,1,1]")
    private Output<Map<String,String>> onlineUserArns;

    public Output<Map<String,String>> onlineUserArns() {
        return this.onlineUserArns;
    }
    @Export(name="predictionsConnectPolicies", refs={Map.class,String.class}, tree="[0,1,1]")
    private Output<Map<String,String>> predictionsConnectPolicies;

    public Output<Map<String,String>> predictionsConnectPolicies() {
        return this.predictionsConnectPolicies;
    }
    @Export(name="predictionsEndpoint", refs={String.class}, tree="[0]")
    private Output<String> predictionsEndpoint;

    public Output<String> predictionsEndpoint() {
        return this.predictionsEndpoint;
    }
    @Export(name="predictionsGroupId", refs={String.class}, tree="[0]")
    private Output<String> predictionsGroupId;

    public Output<String> predictionsGroupId() {
        return this.predictionsGroupId;
    }
    @Export(name="rawBucket", refs={String.class}, tree="[0]")
    private Output<String> rawBucket;

    public Output<String> rawBucket() {
        return this.rawBucket;
    }
    @Export(name="trainingBucket", refs={String.class}, tree="[0]")
    private Output<String> trainingBucket;

    public Output<String> trainingBucket() {
        return this.trainingBucket;
    }
    @Export(name="workgroup", refs={String.class}, tree="[0]")
    private Output<String> workgroup;

    public Output<String> workgroup() {
        return this.workgroup;
    }

    /**
     *
     * @param name The _unique_ name of the resulting resource.
     */
    public FeatureStore(java.lang.String name) {
        this(name, FeatureStoreArgs.Empty);
    }
    /**
     *
     * @param name The _unique_ name of the resulting resource.
     * @param args The arguments to use to populate this resource's properties.
     */
    public FeatureStore(java.lang.String name, FeatureStoreArgs args) {
        this(name, args, null);
    }
    /**
     *
     * @param name The _unique_ name of the resulting resource.
     * @param args The arguments to use to populate this resource's properties.
     * @param options A bag of options that control this resource's behavior.
     */
    public FeatureStore(java.lang.String name, FeatureStoreArgs args, @Nullable com.pulumi.resources.ComponentResourceOptions options) {
        super("mlplatform:index:FeatureStore", name, makeArgs(args, options), makeResourceOptions(options, Codegen.empty()), true);
    }

    private static FeatureStoreArgs makeArgs(FeatureStoreArgs args, @Nullable com.pulumi.resources.ComponentResourceOptions options) {
        if (options != null && options.getUrn().isPresent()) {
            return null;
        }
        return args == null ? FeatureStoreArgs.Empty : args;
    }

    private static com.pulumi.resources.ComponentResourceOptions makeResourceOptions(@Nullable com.pulumi.resources.ComponentResourceOptions options, @Nullable Output<java.lang.String> id) {
        var defaultOptions = com.pulumi.resources.ComponentResourceOptions.builder()
            .version(Utilities.getVersion())
            .build();
        return com.pulumi.resources.ComponentResourceOptions.merge(defaultOptions, options, id);
    }

}
