// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import java.lang.String;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class ExistingBucketsConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final ExistingBucketsConfigArgs Empty = new ExistingBucketsConfigArgs();

    @Import(name="keyArn", required=true)
    private String keyArn;

    public String keyArn() {
        return this.keyArn;
    }

    @Import(name="models")
    private @Nullable String models;

    public Optional<String> models() {
        return Optional.ofNullable(this.models);
    }

    @Import(name="offline")
    private @Nullable String offline;

    public Optional<String> offline() {
        return Optional.ofNullable(this.offline);
    }

    @Import(name="raw")
    private @Nullable String raw;

    public Optional<String> raw() {
        return Optional.ofNullable(this.raw);
    }

    @Import(name="training")
    private @Nullable String training;

    public Optional<String> training() {
        return Optional.ofNullable(this.training);
    }

    private ExistingBucketsConfigArgs() {}

    private ExistingBucketsConfigArgs(ExistingBucketsConfigArgs $) {
        this.keyArn = $.keyArn;
        this.models = $.models;
        this.offline = $.offline;
        this.raw = $.raw;
        this.training = $.training;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(ExistingBucketsConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private ExistingBucketsConfigArgs $;

        public Builder() {
            $ = new ExistingBucketsConfigArgs();
        }

        public Builder(ExistingBucketsConfigArgs defaults) {
            $ = new ExistingBucketsConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder keyArn(String keyArn) {
            $.keyArn = keyArn;
            return this;
        }

        public Builder models(@Nullable String models) {
            $.models = models;
            return this;
        }

        public Builder offline(@Nullable String offline) {
            $.offline = offline;
            return this;
        }

        public Builder raw(@Nullable String raw) {
            $.raw = raw;
            return this;
        }

        public Builder training(@Nullable String training) {
            $.training = training;
            return this;
        }

        public ExistingBucketsConfigArgs build() {
            if ($.keyArn == null) {
                throw new MissingRequiredPropertyException("ExistingBucketsConfigArgs", "keyArn");
            }
            return $;
        }
    }

}
