// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.enums.AmiFamily;
import com.pulumi.mlplatform.enums.Consolidation;
import com.pulumi.mlplatform.inputs.TaintConfigArgs;
import java.lang.Boolean;
import java.lang.Integer;
import java.lang.String;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class KarpenterPoolConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final KarpenterPoolConfigArgs Empty = new KarpenterPoolConfigArgs();

    @Import(name="amiFamily")
    private @Nullable AmiFamily amiFamily;

    public Optional<AmiFamily> amiFamily() {
        return Optional.ofNullable(this.amiFamily);
    }

    @Import(name="amiVersion")
    private @Nullable String amiVersion;

    public Optional<String> amiVersion() {
        return Optional.ofNullable(this.amiVersion);
    }

    @Import(name="capacityBlockIds")
    private @Nullable List<String> capacityBlockIds;

    public Optional<List<String>> capacityBlockIds() {
        return Optional.ofNullable(this.capacityBlockIds);
    }

    @Import(name="capacityReservationIds")
    private @Nullable List<String> capacityReservationIds;

    public Optional<List<String>> capacityReservationIds() {
        return Optional.ofNullable(this.capacityReservationIds);
    }

    @Import(name="consolidateAfterMinutes")
    private @Nullable Integer consolidateAfterMinutes;

    public Optional<Integer> consolidateAfterMinutes() {
        return Optional.ofNullable(this.consolidateAfterMinutes);
    }

    @Import(name="consolidation")
    private @Nullable Consolidation consolidation;

    public Optional<Consolidation> consolidation() {
        return Optional.ofNullable(this.consolidation);
    }

    @Import(name="diskGib")
    private @Nullable Integer diskGib;

    public Optional<Integer> diskGib() {
        return Optional.ofNullable(this.diskGib);
    }

    @Import(name="expireAfterHours")
    private @Nullable Integer expireAfterHours;

    public Optional<Integer> expireAfterHours() {
        return Optional.ofNullable(this.expireAfterHours);
    }

    @Import(name="instanceTypes", required=true)
    private List<String> instanceTypes;

    public List<String> instanceTypes() {
        return this.instanceTypes;
    }

    @Import(name="labels")
    private @Nullable Map<String,String> labels;

    public Optional<Map<String,String>> labels() {
        return Optional.ofNullable(this.labels);
    }

    @Import(name="localDisk")
    private @Nullable Boolean localDisk;

    public Optional<Boolean> localDisk() {
        return Optional.ofNullable(this.localDisk);
    }

    @Import(name="maximumGpus")
    private @Nullable Integer maximumGpus;

    public Optional<Integer> maximumGpus() {
        return Optional.ofNullable(this.maximumGpus);
    }

    @Import(name="maximumVcpus", required=true)
    private Integer maximumVcpus;

    public Integer maximumVcpus() {
        return this.maximumVcpus;
    }

    @Import(name="name", required=true)
    private String name;

    public String name() {
        return this.name;
    }

    @Import(name="onDemand")
    private @Nullable Boolean onDemand;

    public Optional<Boolean> onDemand() {
        return Optional.ofNullable(this.onDemand);
    }

    @Import(name="spot")
    private @Nullable Boolean spot;

    public Optional<Boolean> spot() {
        return Optional.ofNullable(this.spot);
    }

    @Import(name="taints")
    private @Nullable List<TaintConfigArgs> taints;

    public Optional<List<TaintConfigArgs>> taints() {
        return Optional.ofNullable(this.taints);
    }

    private KarpenterPoolConfigArgs() {}

    private KarpenterPoolConfigArgs(KarpenterPoolConfigArgs $) {
        this.amiFamily = $.amiFamily;
        this.amiVersion = $.amiVersion;
        this.capacityBlockIds = $.capacityBlockIds;
        this.capacityReservationIds = $.capacityReservationIds;
        this.consolidateAfterMinutes = $.consolidateAfterMinutes;
        this.consolidation = $.consolidation;
        this.diskGib = $.diskGib;
        this.expireAfterHours = $.expireAfterHours;
        this.instanceTypes = $.instanceTypes;
        this.labels = $.labels;
        this.localDisk = $.localDisk;
        this.maximumGpus = $.maximumGpus;
        this.maximumVcpus = $.maximumVcpus;
        this.name = $.name;
        this.onDemand = $.onDemand;
        this.spot = $.spot;
        this.taints = $.taints;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(KarpenterPoolConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private KarpenterPoolConfigArgs $;

        public Builder() {
            $ = new KarpenterPoolConfigArgs();
        }

        public Builder(KarpenterPoolConfigArgs defaults) {
            $ = new KarpenterPoolConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder amiFamily(@Nullable AmiFamily amiFamily) {
            $.amiFamily = amiFamily;
            return this;
        }

        public Builder amiVersion(@Nullable String amiVersion) {
            $.amiVersion = amiVersion;
            return this;
        }

        public Builder capacityBlockIds(@Nullable List<String> capacityBlockIds) {
            $.capacityBlockIds = capacityBlockIds;
            return this;
        }

        public Builder capacityBlockIds(String... capacityBlockIds) {
            return capacityBlockIds(List.of(capacityBlockIds));
        }

        public Builder capacityReservationIds(@Nullable List<String> capacityReservationIds) {
            $.capacityReservationIds = capacityReservationIds;
            return this;
        }

        public Builder capacityReservationIds(String... capacityReservationIds) {
            return capacityReservationIds(List.of(capacityReservationIds));
        }

        public Builder consolidateAfterMinutes(@Nullable Integer consolidateAfterMinutes) {
            $.consolidateAfterMinutes = consolidateAfterMinutes;
            return this;
        }

        public Builder consolidation(@Nullable Consolidation consolidation) {
            $.consolidation = consolidation;
            return this;
        }

        public Builder diskGib(@Nullable Integer diskGib) {
            $.diskGib = diskGib;
            return this;
        }

        public Builder expireAfterHours(@Nullable Integer expireAfterHours) {
            $.expireAfterHours = expireAfterHours;
            return this;
        }

        public Builder instanceTypes(List<String> instanceTypes) {
            $.instanceTypes = instanceTypes;
            return this;
        }

        public Builder instanceTypes(String... instanceTypes) {
            return instanceTypes(List.of(instanceTypes));
        }

        public Builder labels(@Nullable Map<String,String> labels) {
            $.labels = labels;
            return this;
        }

        public Builder localDisk(@Nullable Boolean localDisk) {
            $.localDisk = localDisk;
            return this;
        }

        public Builder maximumGpus(@Nullable Integer maximumGpus) {
            $.maximumGpus = maximumGpus;
            return this;
        }

        public Builder maximumVcpus(Integer maximumVcpus) {
            $.maximumVcpus = maximumVcpus;
            return this;
        }

        public Builder name(String name) {
            $.name = name;
            return this;
        }

        public Builder onDemand(@Nullable Boolean onDemand) {
            $.onDemand = onDemand;
            return this;
        }

        public Builder spot(@Nullable Boolean spot) {
            $.spot = spot;
            return this;
        }

        public Builder taints(@Nullable List<TaintConfigArgs> taints) {
            $.taints = taints;
            return this;
        }

        public Builder taints(TaintConfigArgs... taints) {
            return taints(List.of(taints));
        }

        public KarpenterPoolConfigArgs build() {
            if ($.instanceTypes == null) {
                throw new MissingRequiredPropertyException("KarpenterPoolConfigArgs", "instanceTypes");
            }
            if ($.maximumVcpus == null) {
                throw new MissingRequiredPropertyException("KarpenterPoolConfigArgs", "maximumVcpus");
            }
            if ($.name == null) {
                throw new MissingRequiredPropertyException("KarpenterPoolConfigArgs", "name");
            }
            return $;
        }
    }

}
