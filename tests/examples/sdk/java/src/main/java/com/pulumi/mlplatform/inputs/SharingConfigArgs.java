// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import java.lang.Integer;
import java.lang.String;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class SharingConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final SharingConfigArgs Empty = new SharingConfigArgs();

    @Import(name="migProfile")
    private @Nullable String migProfile;

    public Optional<String> migProfile() {
        return Optional.ofNullable(this.migProfile);
    }

    @Import(name="mps")
    private @Nullable Integer mps;

    public Optional<Integer> mps() {
        return Optional.ofNullable(this.mps);
    }

    @Import(name="timeSlicing")
    private @Nullable Integer timeSlicing;

    public Optional<Integer> timeSlicing() {
        return Optional.ofNullable(this.timeSlicing);
    }

    private SharingConfigArgs() {}

    private SharingConfigArgs(SharingConfigArgs $) {
        this.migProfile = $.migProfile;
        this.mps = $.mps;
        this.timeSlicing = $.timeSlicing;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(SharingConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private SharingConfigArgs $;

        public Builder() {
            $ = new SharingConfigArgs();
        }

        public Builder(SharingConfigArgs defaults) {
            $ = new SharingConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder migProfile(@Nullable String migProfile) {
            $.migProfile = migProfile;
            return this;
        }

        public Builder mps(@Nullable Integer mps) {
            $.mps = mps;
            return this;
        }

        public Builder timeSlicing(@Nullable Integer timeSlicing) {
            $.timeSlicing = timeSlicing;
            return this;
        }

        public SharingConfigArgs build() {
            return $;
        }
    }

}
