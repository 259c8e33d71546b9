// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.enums.CacheEngine;
import com.pulumi.mlplatform.inputs.CacheUserConfigArgs;
import java.lang.Boolean;
import java.lang.Double;
import java.lang.Integer;
import java.lang.String;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class CacheConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final CacheConfigArgs Empty = new CacheConfigArgs();

    @Import(name="cacheName", required=true)
    private String cacheName;

    public String cacheName() {
        return this.cacheName;
    }

    @Import(name="dataTiering")
    private @Nullable Boolean dataTiering;

    public Optional<Boolean> dataTiering() {
        return Optional.ofNullable(this.dataTiering);
    }

    @Import(name="deletionProtection")
    private @Nullable Boolean deletionProtection;

    public Optional<Boolean> deletionProtection() {
        return Optional.ofNullable(this.deletionProtection);
    }

    @Import(name="engine")
    private @Nullable CacheEngine engine;

    public Optional<CacheEngine> engine() {
        return Optional.ofNullable(this.engine);
    }

    @Import(name="evicts")
    private @Nullable Boolean evicts;

    public Optional<Boolean> evicts() {
        return Optional.ofNullable(this.evicts);
    }

    @Import(name="gigabytes", required=true)
    private Integer gigabytes;

    public Integer gigabytes() {
        return this.gigabytes;
    }

    @Import(name="headroom")
    private @Nullable Double headroom;

    public Optional<Double> headroom() {
        return Optional.ofNullable(this.headroom);
    }

    @Import(name="logRetentionDays")
    private @Nullable Integer logRetentionDays;

    public Optional<Integer> logRetentionDays() {
        return Optional.ofNullable(this.logRetentionDays);
    }

    @Import(name="maintenanceWindow")
    private @Nullable String maintenanceWindow;

    public Optional<String> maintenanceWindow() {
        return Optional.ofNullable(this.maintenanceWindow);
    }

    @Import(name="nodeType")
    private @Nullable String nodeType;

    public Optional<String> nodeType() {
        return Optional.ofNullable(this.nodeType);
    }

    @Import(name="replicas")
    private @Nullable Integer replicas;

    public Optional<Integer> replicas() {
        return Optional.ofNullable(this.replicas);
    }

    @Import(name="restoreFrom")
    private @Nullable String restoreFrom;

    public Optional<String> restoreFrom() {
        return Optional.ofNullable(this.restoreFrom);
    }

    @Import(name="shards")
    private @Nullable Integer shards;

    public Optional<Integer> shards() {
        return Optional.ofNullable(this.shards);
    }

    @Import(name="snapshotDays")
    private @Nullable Integer snapshotDays;

    public Optional<Integer> snapshotDays() {
        return Optional.ofNullable(this.snapshotDays);
    }

    @Import(name="snapshotWindow")
    private @Nullable String snapshotWindow;

    public Optional<String> snapshotWindow() {
        return Optional.ofNullable(this.snapshotWindow);
    }

    @Import(name="users", required=true)
    private List<CacheUserConfigArgs> users;

    public List<CacheUserConfigArgs> users() {
        return this.users;
    }

    private CacheConfigArgs() {}

    private CacheConfigArgs(CacheConfigArgs $) {
        this.cacheName = $.cacheName;
        this.dataTiering = $.dataTiering;
        this.deletionProtection = $.deletionProtection;
        this.engine = $.engine;
        this.evicts = $.evicts;
        this.gigabytes = $.gigabytes;
        this.headroom = $.headroom;
        this.logRetentionDays = $.logRetentionDays;
        this.maintenanceWindow = $.maintenanceWindow;
        this.nodeType = $.nodeType;
        this.replicas = $.replicas;
        this.restoreFrom = $.restoreFrom;
        this.shards = $.shards;
        this.snapshotDays = $.snapshotDays;
        this.snapshotWindow = $.snapshotWindow;
        this.users = $.users;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(CacheConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private CacheConfigArgs $;

        public Builder() {
            $ = new CacheConfigArgs();
        }

        public Builder(CacheConfigArgs defaults) {
            $ = new CacheConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder cacheName(String cacheName) {
            $.cacheName = cacheName;
            return this;
        }

        public Builder dataTiering(@Nullable Boolean dataTiering) {
            $.dataTiering = dataTiering;
            return this;
        }

        public Builder deletionProtection(@Nullable Boolean deletionProtection) {
            $.deletionProtection = deletionProtection;
            return this;
        }

        public Builder engine(@Nullable CacheEngine engine) {
            $.engine = engine;
            return this;
        }

        public Builder evicts(@Nullable Boolean evicts) {
            $.evicts = evicts;
            return this;
        }

        public Builder gigabytes(Integer gigabytes) {
            $.gigabytes = gigabytes;
            return this;
        }

        public Builder headroom(@Nullable Double headroom) {
            $.headroom = headroom;
            return this;
        }

        public Builder logRetentionDays(@Nullable Integer logRetentionDays) {
            $.logRetentionDays = logRetentionDays;
            return this;
        }

        public Builder maintenanceWindow(@Nullable String maintenanceWindow) {
            $.maintenanceWindow = maintenanceWindow;
            return this;
        }

        public Builder nodeType(@Nullable String nodeType) {
            $.nodeType = nodeType;
            return this;
        }

        public Builder replicas(@Nullable Integer replicas) {
            $.replicas = replicas;
            return this;
        }

        public Builder restoreFrom(@Nullable String restoreFrom) {
            $.restoreFrom = restoreFrom;
            return this;
        }

        public Builder shards(@Nullable Integer shards) {
            $.shards = shards;
            return this;
        }

        public Builder snapshotDays(@Nullable Integer snapshotDays) {
            $.snapshotDays = snapshotDays;
            return this;
        }

        public Builder snapshotWindow(@Nullable String snapshotWindow) {
            $.snapshotWindow = snapshotWindow;
            return this;
        }

        public Builder users(List<CacheUserConfigArgs> users) {
            $.users = users;
            return this;
        }

        public Builder users(CacheUserConfigArgs... users) {
            return users(List.of(users));
        }

        public CacheConfigArgs build() {
            if ($.cacheName == null) {
                throw new MissingRequiredPropertyException("CacheConfigArgs", "cacheName");
            }
            if ($.gigabytes == null) {
                throw new MissingRequiredPropertyException("CacheConfigArgs", "gigabytes");
            }
            if ($.users == null) {
                throw new MissingRequiredPropertyException("CacheConfigArgs", "users");
            }
            return $;
        }
    }

}
