// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.enums;

import com.pulumi.core.annotations.EnumType;
import java.lang.String;
import java.util.Objects;
import java.util.StringJoiner;

    @EnumType
    public enum TlsPolicy {
        TLS_1_2_AND_1_3("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"),
        TLS_1_2_AND_1_3_FIPS("ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09"),
        TLS_1_3("ELBSecurityPolicy-TLS13-1-3-PQ-2025-09");

        private final String value;

        TlsPolicy(String value) {
            this.value = Objects.requireNonNull(value);
        }

        @EnumType.Converter
        public String getValue() {
            return this.value;
        }

        @Override
        public java.lang.String toString() {
            return new StringJoiner(", ", "TlsPolicy[", "]")
                .add("value='" + this.value + "'")
                .toString();
        }
    }
