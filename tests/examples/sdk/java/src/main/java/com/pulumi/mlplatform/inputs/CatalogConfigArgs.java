// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import java.lang.Integer;
import java.lang.String;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class CatalogConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final CatalogConfigArgs Empty = new CatalogConfigArgs();

    @Import(name="database", required=true)
    private String database;

    public String database() {
        return this.database;
    }

    @Import(name="scanLimitGib")
    private @Nullable Integer scanLimitGib;

    public Optional<Integer> scanLimitGib() {
        return Optional.ofNullable(this.scanLimitGib);
    }

    private CatalogConfigArgs() {}

    private CatalogConfigArgs(CatalogConfigArgs $) {
        this.database = $.database;
        this.scanLimitGib = $.scanLimitGib;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(CatalogConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private CatalogConfigArgs $;

        public Builder() {
            $ = new CatalogConfigArgs();
        }

        public Builder(CatalogConfigArgs defaults) {
            $ = new CatalogConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder database(String database) {
            $.database = database;
            return this;
        }

        public Builder scanLimitGib(@Nullable Integer scanLimitGib) {
            $.scanLimitGib = scanLimitGib;
            return this;
        }

        public CatalogConfigArgs build() {
            if ($.database == null) {
                throw new MissingRequiredPropertyException("CatalogConfigArgs", "database");
            }
            return $;
        }
    }

}
