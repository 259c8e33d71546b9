// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.mlplatform.enums.FirewallMode;
import java.lang.Boolean;
import java.lang.Integer;
import java.lang.String;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class WebFirewallConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final WebFirewallConfigArgs Empty = new WebFirewallConfigArgs();

    @Import(name="allowedContentTypes")
    private @Nullable List<String> allowedContentTypes;

    public Optional<List<String>> allowedContentTypes() {
        return Optional.ofNullable(this.allowedContentTypes);
    }

    @Import(name="allowedMethods")
    private @Nullable List<String> allowedMethods;

    public Optional<List<String>> allowedMethods() {
        return Optional.ofNullable(this.allowedMethods);
    }

    @Import(name="countedRules")
    private @Nullable Map<String,List<String>> countedRules;

    public Optional<Map<String,List<String>>> countedRules() {
        return Optional.ofNullable(this.countedRules);
    }

    @Import(name="deletionProtection")
    private @Nullable Boolean deletionProtection;

    public Optional<Boolean> deletionProtection() {
        return Optional.ofNullable(this.deletionProtection);
    }

    @Import(name="forwardedAddressHeader")
    private @Nullable String forwardedAddressHeader;

    public Optional<String> forwardedAddressHeader() {
        return Optional.ofNullable(this.forwardedAddressHeader);
    }

    @Import(name="freeText")
    private @Nullable Boolean freeText;

    public Optional<Boolean> freeText() {
        return Optional.ofNullable(this.freeText);
    }

    @Import(name="logAllowed")
    private @Nullable Boolean logAllowed;

    public Optional<Boolean> logAllowed() {
        return Optional.ofNullable(this.logAllowed);
    }

    @Import(name="logRetentionDays")
    private @Nullable Integer logRetentionDays;

    public Optional<Integer> logRetentionDays() {
        return Optional.ofNullable(this.logRetentionDays);
    }

    @Import(name="managedRuleGroups")
    private @Nullable List<String> managedRuleGroups;

    public Optional<List<String>> managedRuleGroups() {
        return Optional.ofNullable(this.managedRuleGroups);
    }

    @Import(name="maximumBodyKib")
    private @Nullable Integer maximumBodyKib;

    public Optional<Integer> maximumBodyKib() {
        return Optional.ofNullable(this.maximumBodyKib);
    }

    @Import(name="mode")
    private @Nullable FirewallMode mode;

    public Optional<FirewallMode> mode() {
        return Optional.ofNullable(this.mode);
    }

    @Import(name="redactQuery")
    private @Nullable Boolean redactQuery;

    public Optional<Boolean> redactQuery() {
        return Optional.ofNullable(this.redactQuery);
    }

    @Import(name="redactedHeaders")
    private @Nullable List<String> redactedHeaders;

    public Optional<List<String>> redactedHeaders() {
        return Optional.ofNullable(this.redactedHeaders);
    }

    @Import(name="requestsPerWindow")
    private @Nullable Integer requestsPerWindow;

    public Optional<Integer> requestsPerWindow() {
        return Optional.ofNullable(this.requestsPerWindow);
    }

    @Import(name="windowSeconds")
    private @Nullable Integer windowSeconds;

    public Optional<Integer> windowSeconds() {
        return Optional.ofNullable(this.windowSeconds);
    }

    private WebFirewallConfigArgs() {}

    private WebFirewallConfigArgs(WebFirewallConfigArgs $) {
        this.allowedContentTypes = $.allowedContentTypes;
        this.allowedMethods = $.allowedMethods;
        this.countedRules = $.countedRules;
        this.deletionProtection = $.deletionProtection;
        this.forwardedAddressHeader = $.forwardedAddressHeader;
        this.freeText = $.freeText;
        this.logAllowed = $.logAllowed;
        this.logRetentionDays = $.logRetentionDays;
        this.managedRuleGroups = $.managedRuleGroups;
        this.maximumBodyKib = $.maximumBodyKib;
        this.mode = $.mode;
        this.redactQuery = $.redactQuery;
        this.redactedHeaders = $.redactedHeaders;
        this.requestsPerWindow = $.requestsPerWindow;
        this.windowSeconds = $.windowSeconds;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(WebFirewallConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private WebFirewallConfigArgs $;

        public Builder() {
            $ = new WebFirewallConfigArgs();
        }

        public Builder(WebFirewallConfigArgs defaults) {
            $ = new WebFirewallConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder allowedContentTypes(@Nullable List<String> allowedContentTypes) {
            $.allowedContentTypes = allowedContentTypes;
            return this;
        }

        public Builder allowedContentTypes(String... allowedContentTypes) {
            return allowedContentTypes(List.of(allowedContentTypes));
        }

        public Builder allowedMethods(@Nullable List<String> allowedMethods) {
            $.allowedMethods = allowedMethods;
            return this;
        }

        public Builder allowedMethods(String... allowedMethods) {
            return allowedMethods(List.of(allowedMethods));
        }

        public Builder countedRules(@Nullable Map<String,List<String>> countedRules) {
            $.countedRules = countedRules;
            return this;
        }

        public Builder deletionProtection(@Nullable Boolean deletionProtection) {
            $.deletionProtection = deletionProtection;
            return this;
        }

        public Builder forwardedAddressHeader(@Nullable String forwardedAddressHeader) {
            $.forwardedAddressHeader = forwardedAddressHeader;
            return this;
        }

        public Builder freeText(@Nullable Boolean freeText) {
            $.freeText = freeText;
            return this;
        }

        public Builder logAllowed(@Nullable Boolean logAllowed) {
            $.logAllowed = logAllowed;
            return this;
        }

        public Builder logRetentionDays(@Nullable Integer logRetentionDays) {
            $.logRetentionDays = logRetentionDays;
            return this;
        }

        public Builder managedRuleGroups(@Nullable List<String> managedRuleGroups) {
            $.managedRuleGroups = managedRuleGroups;
            return this;
        }

        public Builder managedRuleGroups(String... managedRuleGroups) {
            return managedRuleGroups(List.of(managedRuleGroups));
        }

        public Builder maximumBodyKib(@Nullable Integer maximumBodyKib) {
            $.maximumBodyKib = maximumBodyKib;
            return this;
        }

        public Builder mode(@Nullable FirewallMode mode) {
            $.mode = mode;
            return this;
        }

        public Builder redactQuery(@Nullable Boolean redactQuery) {
            $.redactQuery = redactQuery;
            return this;
        }

        public Builder redactedHeaders(@Nullable List<String> redactedHeaders) {
            $.redactedHeaders = redactedHeaders;
            return this;
        }

        public Builder redactedHeaders(String... redactedHeaders) {
            return redactedHeaders(List.of(redactedHeaders));
        }

        public Builder requestsPerWindow(@Nullable Integer requestsPerWindow) {
            $.requestsPerWindow = requestsPerWindow;
            return this;
        }

        public Builder windowSeconds(@Nullable Integer windowSeconds) {
            $.windowSeconds = windowSeconds;
            return this;
        }

        public WebFirewallConfigArgs build() {
            return $;
        }
    }

}
