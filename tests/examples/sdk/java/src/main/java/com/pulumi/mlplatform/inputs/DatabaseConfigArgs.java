// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.enums.PostgresVersion;
import java.lang.Boolean;
import java.lang.Integer;
import java.lang.String;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class DatabaseConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final DatabaseConfigArgs Empty = new DatabaseConfigArgs();

    @Import(name="applyImmediately")
    private @Nullable Boolean applyImmediately;

    public Optional<Boolean> applyImmediately() {
        return Optional.ofNullable(this.applyImmediately);
    }

    @Import(name="backupDays")
    private @Nullable Integer backupDays;

    public Optional<Integer> backupDays() {
        return Optional.ofNullable(this.backupDays);
    }

    @Import(name="backupWindow")
    private @Nullable String backupWindow;

    public Optional<String> backupWindow() {
        return Optional.ofNullable(this.backupWindow);
    }

    @Import(name="deletionProtection")
    private @Nullable Boolean deletionProtection;

    public Optional<Boolean> deletionProtection() {
        return Optional.ofNullable(this.deletionProtection);
    }

    @Import(name="identifier", required=true)
    private String identifier;

    public String identifier() {
        return this.identifier;
    }

    @Import(name="instanceClass")
    private @Nullable String instanceClass;

    public Optional<String> instanceClass() {
        return Optional.ofNullable(this.instanceClass);
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

    @Import(name="maximumStorageGib")
    private @Nullable Integer maximumStorageGib;

    public Optional<Integer> maximumStorageGib() {
        return Optional.ofNullable(this.maximumStorageGib);
    }

    @Import(name="multiAz")
    private @Nullable Boolean multiAz;

    public Optional<Boolean> multiAz() {
        return Optional.ofNullable(this.multiAz);
    }

    @Import(name="storageGib")
    private @Nullable Integer storageGib;

    public Optional<Integer> storageGib() {
        return Optional.ofNullable(this.storageGib);
    }

    @Import(name="version")
    private @Nullable PostgresVersion version;

    public Optional<PostgresVersion> version() {
        return Optional.ofNullable(this.version);
    }

    private DatabaseConfigArgs() {}

    private DatabaseConfigArgs(DatabaseConfigArgs $) {
        this.applyImmediately = $.applyImmediately;
        this.backupDays = $.backupDays;
        this.backupWindow = $.backupWindow;
        this.deletionProtection = $.deletionProtection;
        this.identifier = $.identifier;
        this.instanceClass = $.instanceClass;
        this.logRetentionDays = $.logRetentionDays;
        this.maintenanceWindow = $.maintenanceWindow;
        this.maximumStorageGib = $.maximumStorageGib;
        this.multiAz = $.multiAz;
        this.storageGib = $.storageGib;
        this.version = $.version;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(DatabaseConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private DatabaseConfigArgs $;

        public Builder() {
            $ = new DatabaseConfigArgs();
        }

        public Builder(DatabaseConfigArgs defaults) {
            $ = new DatabaseConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder applyImmediately(@Nullable Boolean applyImmediately) {
            $.applyImmediately = applyImmediately;
            return this;
        }

        public Builder backupDays(@Nullable Integer backupDays) {
            $.backupDays = backupDays;
            return this;
        }

        public Builder backupWindow(@Nullable String backupWindow) {
            $.backupWindow = backupWindow;
            return this;
        }

        public Builder deletionProtection(@Nullable Boolean deletionProtection) {
            $.deletionProtection = deletionProtection;
            return this;
        }

        public Builder identifier(String identifier) {
            $.identifier = identifier;
            return this;
        }

        public Builder instanceClass(@Nullable String instanceClass) {
            $.instanceClass = instanceClass;
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

        public Builder maximumStorageGib(@Nullable Integer maximumStorageGib) {
            $.maximumStorageGib = maximumStorageGib;
            return this;
        }

        public Builder multiAz(@Nullable Boolean multiAz) {
            $.multiAz = multiAz;
            return this;
        }

        public Builder storageGib(@Nullable Integer storageGib) {
            $.storageGib = storageGib;
            return this;
        }

        public Builder version(@Nullable PostgresVersion version) {
            $.version = version;
            return this;
        }

        public DatabaseConfigArgs build() {
            if ($.identifier == null) {
                throw new MissingRequiredPropertyException("DatabaseConfigArgs", "identifier");
            }
            return $;
        }
    }

}
