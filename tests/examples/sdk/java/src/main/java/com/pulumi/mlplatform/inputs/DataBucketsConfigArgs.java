// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.inputs.ExistingBucketsConfigArgs;
import com.pulumi.mlplatform.inputs.ObjectStoreConfigArgs;
import java.lang.Boolean;
import java.lang.Integer;
import java.lang.String;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class DataBucketsConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final DataBucketsConfigArgs Empty = new DataBucketsConfigArgs();

    @Import(name="deletionProtection")
    private @Nullable Boolean deletionProtection;

    public Optional<Boolean> deletionProtection() {
        return Optional.ofNullable(this.deletionProtection);
    }

    @Import(name="existing")
    private @Nullable ExistingBucketsConfigArgs existing;

    public Optional<ExistingBucketsConfigArgs> existing() {
        return Optional.ofNullable(this.existing);
    }

    @Import(name="logRetentionDays")
    private @Nullable Integer logRetentionDays;

    public Optional<Integer> logRetentionDays() {
        return Optional.ofNullable(this.logRetentionDays);
    }

    @Import(name="models")
    private @Nullable ObjectStoreConfigArgs models;

    public Optional<ObjectStoreConfigArgs> models() {
        return Optional.ofNullable(this.models);
    }

    @Import(name="offline")
    private @Nullable ObjectStoreConfigArgs offline;

    public Optional<ObjectStoreConfigArgs> offline() {
        return Optional.ofNullable(this.offline);
    }

    @Import(name="prefix", required=true)
    private String prefix;

    public String prefix() {
        return this.prefix;
    }

    @Import(name="raw")
    private @Nullable ObjectStoreConfigArgs raw;

    public Optional<ObjectStoreConfigArgs> raw() {
        return Optional.ofNullable(this.raw);
    }

    @Import(name="training")
    private @Nullable ObjectStoreConfigArgs training;

    public Optional<ObjectStoreConfigArgs> training() {
        return Optional.ofNullable(this.training);
    }

    private DataBucketsConfigArgs() {}

    private DataBucketsConfigArgs(DataBucketsConfigArgs $) {
        this.deletionProtection = $.deletionProtection;
        this.existing = $.existing;
        this.logRetentionDays = $.logRetentionDays;
        this.models = $.models;
        this.offline = $.offline;
        this.prefix = $.prefix;
        this.raw = $.raw;
        this.training = $.training;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(DataBucketsConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private DataBucketsConfigArgs $;

        public Builder() {
            $ = new DataBucketsConfigArgs();
        }

        public Builder(DataBucketsConfigArgs defaults) {
            $ = new DataBucketsConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder deletionProtection(@Nullable Boolean deletionProtection) {
            $.deletionProtection = deletionProtection;
            return this;
        }

        public Builder existing(@Nullable ExistingBucketsConfigArgs existing) {
            $.existing = existing;
            return this;
        }

        public Builder logRetentionDays(@Nullable Integer logRetentionDays) {
            $.logRetentionDays = logRetentionDays;
            return this;
        }

        public Builder models(@Nullable ObjectStoreConfigArgs models) {
            $.models = models;
            return this;
        }

        public Builder offline(@Nullable ObjectStoreConfigArgs offline) {
            $.offline = offline;
            return this;
        }

        public Builder prefix(String prefix) {
            $.prefix = prefix;
            return this;
        }

        public Builder raw(@Nullable ObjectStoreConfigArgs raw) {
            $.raw = raw;
            return this;
        }

        public Builder training(@Nullable ObjectStoreConfigArgs training) {
            $.training = training;
            return this;
        }

        public DataBucketsConfigArgs build() {
            if ($.prefix == null) {
                throw new MissingRequiredPropertyException("DataBucketsConfigArgs", "prefix");
            }
            return $;
        }
    }

}
