// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform;

import com.pulumi.core.Output;
import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.inputs.CacheConfigArgs;
import com.pulumi.mlplatform.inputs.CatalogConfigArgs;
import com.pulumi.mlplatform.inputs.DataBucketsConfigArgs;
import com.pulumi.mlplatform.inputs.DatabaseConfigArgs;
import java.lang.String;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class FeatureStoreArgs extends com.pulumi.resources.ResourceArgs {

    public static final FeatureStoreArgs Empty = new FeatureStoreArgs();

    @Import(name="catalog", required=true)
    private CatalogConfigArgs catalog;

    public CatalogConfigArgs catalog() {
        return this.catalog;
    }

    @Import(name="clientSecurityGroupId", required=true)
    private Output<String> clientSecurityGroupId;

    public Output<String> clientSecurityGroupId() {
        return this.clientSecurityGroupId;
    }

    @Import(name="data", required=true)
    private DataBucketsConfigArgs data;

    public DataBucketsConfigArgs data() {
        return this.data;
    }

    @Import(name="database", required=true)
    private DatabaseConfigArgs database;

    public DatabaseConfigArgs database() {
        return this.database;
    }

    @Import(name="isolatedSubnetIds", required=true)
    private Output<List<String>> isolatedSubnetIds;

    public Output<List<String>> isolatedSubnetIds() {
        return this.isolatedSubnetIds;
    }

    @Import(name="online", required=true)
    private CacheConfigArgs online;

    public CacheConfigArgs online() {
        return this.online;
    }

    @Import(name="predictions")
    private @Nullable CacheConfigArgs predictions;

    public Optional<CacheConfigArgs> predictions() {
        return Optional.ofNullable(this.predictions);
    }

    @Import(name="vpcId", required=true)
    private Output<String> vpcId;

    public Output<String> vpcId() {
        return this.vpcId;
    }

    private FeatureStoreArgs() {}

    private FeatureStoreArgs(FeatureStoreArgs $) {
        this.catalog = $.catalog;
        this.clientSecurityGroupId = $.clientSecurityGroupId;
        this.data = $.data;
        this.database = $.database;
        this.isolatedSubnetIds = $.isolatedSubnetIds;
        this.online = $.online;
        this.predictions = $.predictions;
        this.vpcId = $.vpcId;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(FeatureStoreArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private FeatureStoreArgs $;

        public Builder() {
            $ = new FeatureStoreArgs();
        }

        public Builder(FeatureStoreArgs defaults) {
            $ = new FeatureStoreArgs(Objects.requireNonNull(defaults));
        }

        public Builder catalog(CatalogConfigArgs catalog) {
            $.catalog = catalog;
            return this;
        }

        public Builder clientSecurityGroupId(Output<String> clientSecurityGroupId) {
            $.clientSecurityGroupId = clientSecurityGroupId;
            return this;
        }

        public Builder clientSecurityGroupId(String clientSecurityGroupId) {
            return clientSecurityGroupId(Output.of(clientSecurityGroupId));
        }

        public Builder data(DataBucketsConfigArgs data) {
            $.data = data;
            return this;
        }

        public Builder database(DatabaseConfigArgs database) {
            $.database = database;
            return this;
        }

        public Builder isolatedSubnetIds(Output<List<String>> isolatedSubnetIds) {
            $.isolatedSubnetIds = isolatedSubnetIds;
            return this;
        }

        public Builder isolatedSubnetIds(List<String> isolatedSubnetIds) {
            return isolatedSubnetIds(Output.of(isolatedSubnetIds));
        }

        public Builder isolatedSubnetIds(String... isolatedSubnetIds) {
            return isolatedSubnetIds(List.of(isolatedSubnetIds));
        }

        public Builder online(CacheConfigArgs online) {
            $.online = online;
            return this;
        }

        public Builder predictions(@Nullable CacheConfigArgs predictions) {
            $.predictions = predictions;
            return this;
        }

        public Builder vpcId(Output<String> vpcId) {
            $.vpcId = vpcId;
            return this;
        }

        public Builder vpcId(String vpcId) {
            return vpcId(Output.of(vpcId));
        }

        public FeatureStoreArgs build() {
            if ($.catalog == null) {
                throw new MissingRequiredPropertyException("FeatureStoreArgs", "catalog");
            }
            if ($.clientSecurityGroupId == null) {
                throw new MissingRequiredPropertyException("FeatureStoreArgs", "clientSecurityGroupId");
            }
            if ($.data == null) {
                throw new MissingRequiredPropertyException("FeatureStoreArgs", "data");
            }
            if ($.database == null) {
                throw new MissingRequiredPropertyException("FeatureStoreArgs", "database");
            }
            if ($.isolatedSubnetIds == null) {
                throw new MissingRequiredPropertyException("FeatureStoreArgs", "isolatedSubnetIds");
            }
            if ($.online == null) {
                throw new MissingRequiredPropertyException("FeatureStoreArgs", "online");
            }
            if ($.vpcId == null) {
                throw new MissingRequiredPropertyException("FeatureStoreArgs", "vpcId");
            }
            return $;
        }
    }

}
