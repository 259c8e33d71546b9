// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.enums.AmiFamily;
import com.pulumi.mlplatform.enums.Purchase;
import com.pulumi.mlplatform.inputs.ScheduleConfigArgs;
import com.pulumi.mlplatform.inputs.SharingConfigArgs;
import com.pulumi.mlplatform.inputs.TaintConfigArgs;
import java.lang.Boolean;
import java.lang.Integer;
import java.lang.String;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class NodePoolConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final NodePoolConfigArgs Empty = new NodePoolConfigArgs();

    @Import(name="amiFamily")
    private @Nullable AmiFamily amiFamily;

    public Optional<AmiFamily> amiFamily() {
        return Optional.ofNullable(this.amiFamily);
    }

    @Import(name="capacityReservationId")
    private @Nullable String capacityReservationId;

    public Optional<String> capacityReservationId() {
        return Optional.ofNullable(this.capacityReservationId);
    }

    @Import(name="desired")
    private @Nullable Integer desired;

    public Optional<Integer> desired() {
        return Optional.ofNullable(this.desired);
    }

    @Import(name="diskGib")
    private @Nullable Integer diskGib;

    public Optional<Integer> diskGib() {
        return Optional.ofNullable(this.diskGib);
    }

    @Import(name="diskIops")
    private @Nullable Integer diskIops;

    public Optional<Integer> diskIops() {
        return Optional.ofNullable(this.diskIops);
    }

    @Import(name="diskThroughput")
    private @Nullable Integer diskThroughput;

    public Optional<Integer> diskThroughput() {
        return Optional.ofNullable(this.diskThroughput);
    }

    @Import(name="efa")
    private @Nullable Boolean efa;

    public Optional<Boolean> efa() {
        return Optional.ofNullable(this.efa);
    }

    @Import(name="imageSnapshotId")
    private @Nullable String imageSnapshotId;

    public Optional<String> imageSnapshotId() {
        return Optional.ofNullable(this.imageSnapshotId);
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

    @Import(name="maximum", required=true)
    private Integer maximum;

    public Integer maximum() {
        return this.maximum;
    }

    @Import(name="minimum", required=true)
    private Integer minimum;

    public Integer minimum() {
        return this.minimum;
    }

    @Import(name="name", required=true)
    private String name;

    public String name() {
        return this.name;
    }

    @Import(name="purchase")
    private @Nullable Purchase purchase;

    public Optional<Purchase> purchase() {
        return Optional.ofNullable(this.purchase);
    }

    @Import(name="releaseVersion")
    private @Nullable String releaseVersion;

    public Optional<String> releaseVersion() {
        return Optional.ofNullable(this.releaseVersion);
    }

    @Import(name="schedules")
    private @Nullable List<ScheduleConfigArgs> schedules;

    public Optional<List<ScheduleConfigArgs>> schedules() {
        return Optional.ofNullable(this.schedules);
    }

    @Import(name="sharing")
    private @Nullable SharingConfigArgs sharing;

    public Optional<SharingConfigArgs> sharing() {
        return Optional.ofNullable(this.sharing);
    }

    @Import(name="system")
    private @Nullable Boolean system;

    public Optional<Boolean> system() {
        return Optional.ofNullable(this.system);
    }

    @Import(name="taints")
    private @Nullable List<TaintConfigArgs> taints;

    public Optional<List<TaintConfigArgs>> taints() {
        return Optional.ofNullable(this.taints);
    }

    @Import(name="zone")
    private @Nullable String zone;

    public Optional<String> zone() {
        return Optional.ofNullable(this.zone);
    }

    @Import(name="zones")
    private @Nullable List<String> zones;

    public Optional<List<String>> zones() {
        return Optional.ofNullable(this.zones);
    }

    private NodePoolConfigArgs() {}

    private NodePoolConfigArgs(NodePoolConfigArgs $) {
        this.amiFamily = $.amiFamily;
        this.capacityReservationId = $.capacityReservationId;
        this.desired = $.desired;
        this.diskGib = $.diskGib;
        this.diskIops = $.diskIops;
        this.diskThroughput = $.diskThroughput;
        this.efa = $.efa;
        this.imageSnapshotId = $.imageSnapshotId;
        this.instanceTypes = $.instanceTypes;
        this.labels = $.labels;
        this.localDisk = $.localDisk;
        this.maximum = $.maximum;
        this.minimum = $.minimum;
        this.name = $.name;
        this.purchase = $.purchase;
        this.releaseVersion = $.releaseVersion;
        this.schedules = $.schedules;
        this.sharing = $.sharing;
        this.system = $.system;
        this.taints = $.taints;
        this.zone = $.zone;
        this.zones = $.zones;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(NodePoolConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private NodePoolConfigArgs $;

        public Builder() {
            $ = new NodePoolConfigArgs();
        }

        public Builder(NodePoolConfigArgs defaults) {
            $ = new NodePoolConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder amiFamily(@Nullable AmiFamily amiFamily) {
            $.amiFamily = amiFamily;
            return this;
        }

        public Builder capacityReservationId(@Nullable String capacityReservationId) {
            $.capacityReservationId = capacityReservationId;
            return this;
        }

        public Builder desired(@Nullable Integer desired) {
            $.desired = desired;
            return this;
        }

        public Builder diskGib(@Nullable Integer diskGib) {
            $.diskGib = diskGib;
            return this;
        }

        public Builder diskIops(@Nullable Integer diskIops) {
            $.diskIops = diskIops;
            return this;
        }

        public Builder diskThroughput(@Nullable Integer diskThroughput) {
            $.diskThroughput = diskThroughput;
            return this;
        }

        public Builder efa(@Nullable Boolean efa) {
            $.efa = efa;
            return this;
        }

        public Builder imageSnapshotId(@Nullable String imageSnapshotId) {
            $.imageSnapshotId = imageSnapshotId;
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

        public Builder maximum(Integer maximum) {
            $.maximum = maximum;
            return this;
        }

        public Builder minimum(Integer minimum) {
            $.minimum = minimum;
            return this;
        }

        public Builder name(String name) {
            $.name = name;
            return this;
        }

        public Builder purchase(@Nullable Purchase purchase) {
            $.purchase = purchase;
            return this;
        }

        public Builder releaseVersion(@Nullable String releaseVersion) {
            $.releaseVersion = releaseVersion;
            return this;
        }

        public Builder schedules(@Nullable List<ScheduleConfigArgs> schedules) {
            $.schedules = schedules;
            return this;
        }

        public Builder schedules(ScheduleConfigArgs... schedules) {
            return schedules(List.of(schedules));
        }

        public Builder sharing(@Nullable SharingConfigArgs sharing) {
            $.sharing = sharing;
            return this;
        }

        public Builder system(@Nullable Boolean system) {
            $.system = system;
            return this;
        }

        public Builder taints(@Nullable List<TaintConfigArgs> taints) {
            $.taints = taints;
            return this;
        }

        public Builder taints(TaintConfigArgs... taints) {
            return taints(List.of(taints));
        }

        public Builder zone(@Nullable String zone) {
            $.zone = zone;
            return this;
        }

        public Builder zones(@Nullable List<String> zones) {
            $.zones = zones;
            return this;
        }

        public Builder zones(String... zones) {
            return zones(List.of(zones));
        }

        public NodePoolConfigArgs build() {
            if ($.instanceTypes == null) {
                throw new MissingRequiredPropertyException("NodePoolConfigArgs", "instanceTypes");
            }
            if ($.maximum == null) {
                throw new MissingRequiredPropertyException("NodePoolConfigArgs", "maximum");
            }
            if ($.minimum == null) {
                throw new MissingRequiredPropertyException("NodePoolConfigArgs", "minimum");
            }
            if ($.name == null) {
                throw new MissingRequiredPropertyException("NodePoolConfigArgs", "name");
            }
            return $;
        }
    }

}
