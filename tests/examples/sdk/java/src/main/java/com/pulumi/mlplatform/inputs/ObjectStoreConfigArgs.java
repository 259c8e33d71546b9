// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import java.lang.Integer;
import java.lang.String;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class ObjectStoreConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final ObjectStoreConfigArgs Empty = new ObjectStoreConfigArgs();

    @Import(name="archiveDays")
    private @Nullable Integer archiveDays;

    public Optional<Integer> archiveDays() {
        return Optional.ofNullable(this.archiveDays);
    }

    @Import(name="expireDays")
    private @Nullable Integer expireDays;

    public Optional<Integer> expireDays() {
        return Optional.ofNullable(this.expireDays);
    }

    @Import(name="infrequentAccessDays")
    private @Nullable Integer infrequentAccessDays;

    public Optional<Integer> infrequentAccessDays() {
        return Optional.ofNullable(this.infrequentAccessDays);
    }

    @Import(name="oldVersionDays")
    private @Nullable Integer oldVersionDays;

    public Optional<Integer> oldVersionDays() {
        return Optional.ofNullable(this.oldVersionDays);
    }

    @Import(name="readerRoleArns")
    private @Nullable List<String> readerRoleArns;

    public Optional<List<String>> readerRoleArns() {
        return Optional.ofNullable(this.readerRoleArns);
    }

    @Import(name="replicaRegion")
    private @Nullable String replicaRegion;

    public Optional<String> replicaRegion() {
        return Optional.ofNullable(this.replicaRegion);
    }

    private ObjectStoreConfigArgs() {}

    private ObjectStoreConfigArgs(ObjectStoreConfigArgs $) {
        this.archiveDays = $.archiveDays;
        this.expireDays = $.expireDays;
        this.infrequentAccessDays = $.infrequentAccessDays;
        this.oldVersionDays = $.oldVersionDays;
        this.readerRoleArns = $.readerRoleArns;
        this.replicaRegion = $.replicaRegion;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(ObjectStoreConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private ObjectStoreConfigArgs $;

        public Builder() {
            $ = new ObjectStoreConfigArgs();
        }

        public Builder(ObjectStoreConfigArgs defaults) {
            $ = new ObjectStoreConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder archiveDays(@Nullable Integer archiveDays) {
            $.archiveDays = archiveDays;
            return this;
        }

        public Builder expireDays(@Nullable Integer expireDays) {
            $.expireDays = expireDays;
            return this;
        }

        public Builder infrequentAccessDays(@Nullable Integer infrequentAccessDays) {
            $.infrequentAccessDays = infrequentAccessDays;
            return this;
        }

        public Builder oldVersionDays(@Nullable Integer oldVersionDays) {
            $.oldVersionDays = oldVersionDays;
            return this;
        }

        public Builder readerRoleArns(@Nullable List<String> readerRoleArns) {
            $.readerRoleArns = readerRoleArns;
            return this;
        }

        public Builder readerRoleArns(String... readerRoleArns) {
            return readerRoleArns(List.of(readerRoleArns));
        }

        public Builder replicaRegion(@Nullable String replicaRegion) {
            $.replicaRegion = replicaRegion;
            return this;
        }

        public ObjectStoreConfigArgs build() {
            return $;
        }
    }

}
