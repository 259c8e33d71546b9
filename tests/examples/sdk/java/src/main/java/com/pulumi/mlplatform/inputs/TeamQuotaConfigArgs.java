// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import java.lang.Integer;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class TeamQuotaConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final TeamQuotaConfigArgs Empty = new TeamQuotaConfigArgs();

    @Import(name="cpu")
    private @Nullable Integer cpu;

    public Optional<Integer> cpu() {
        return Optional.ofNullable(this.cpu);
    }

    @Import(name="gpus")
    private @Nullable Integer gpus;

    public Optional<Integer> gpus() {
        return Optional.ofNullable(this.gpus);
    }

    @Import(name="memoryGib")
    private @Nullable Integer memoryGib;

    public Optional<Integer> memoryGib() {
        return Optional.ofNullable(this.memoryGib);
    }

    @Import(name="pods")
    private @Nullable Integer pods;

    public Optional<Integer> pods() {
        return Optional.ofNullable(this.pods);
    }

    @Import(name="storageGib")
    private @Nullable Integer storageGib;

    public Optional<Integer> storageGib() {
        return Optional.ofNullable(this.storageGib);
    }

    private TeamQuotaConfigArgs() {}

    private TeamQuotaConfigArgs(TeamQuotaConfigArgs $) {
        this.cpu = $.cpu;
        this.gpus = $.gpus;
        this.memoryGib = $.memoryGib;
        this.pods = $.pods;
        this.storageGib = $.storageGib;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(TeamQuotaConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private TeamQuotaConfigArgs $;

        public Builder() {
            $ = new TeamQuotaConfigArgs();
        }

        public Builder(TeamQuotaConfigArgs defaults) {
            $ = new TeamQuotaConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder cpu(@Nullable Integer cpu) {
            $.cpu = cpu;
            return this;
        }

        public Builder gpus(@Nullable Integer gpus) {
            $.gpus = gpus;
            return this;
        }

        public Builder memoryGib(@Nullable Integer memoryGib) {
            $.memoryGib = memoryGib;
            return this;
        }

        public Builder pods(@Nullable Integer pods) {
            $.pods = pods;
            return this;
        }

        public Builder storageGib(@Nullable Integer storageGib) {
            $.storageGib = storageGib;
            return this;
        }

        public TeamQuotaConfigArgs build() {
            return $;
        }
    }

}
