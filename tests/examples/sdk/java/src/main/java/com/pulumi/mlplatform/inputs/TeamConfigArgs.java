// *** Generated from the package's schema, with the members that pulumi-java would write, but not by pulumi-java. ***
// *** Do not edit by hand: tests/examples/sdk/README.md says how it is written again. ***

package com.pulumi.mlplatform.inputs;

import com.pulumi.core.annotations.Import;
import com.pulumi.exceptions.MissingRequiredPropertyException;
import com.pulumi.mlplatform.inputs.TeamQuotaConfigArgs;
import java.lang.String;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.annotation.Nullable;


public final class TeamConfigArgs extends com.pulumi.resources.ResourceArgs {

    public static final TeamConfigArgs Empty = new TeamConfigArgs();

    @Import(name="emails")
    private @Nullable List<String> emails;

    public Optional<List<String>> emails() {
        return Optional.ofNullable(this.emails);
    }

    @Import(name="groups")
    private @Nullable List<String> groups;

    public Optional<List<String>> groups() {
        return Optional.ofNullable(this.groups);
    }

    @Import(name="iamRoles")
    private @Nullable List<String> iamRoles;

    public Optional<List<String>> iamRoles() {
        return Optional.ofNullable(this.iamRoles);
    }

    @Import(name="name", required=true)
    private String name;

    public String name() {
        return this.name;
    }

    @Import(name="namespaces")
    private @Nullable List<String> namespaces;

    public Optional<List<String>> namespaces() {
        return Optional.ofNullable(this.namespaces);
    }

    @Import(name="quota")
    private @Nullable TeamQuotaConfigArgs quota;

    public Optional<TeamQuotaConfigArgs> quota() {
        return Optional.ofNullable(this.quota);
    }

    @Import(name="repositories")
    private @Nullable List<String> repositories;

    public Optional<List<String>> repositories() {
        return Optional.ofNullable(this.repositories);
    }

    private TeamConfigArgs() {}

    private TeamConfigArgs(TeamConfigArgs $) {
        this.emails = $.emails;
        this.groups = $.groups;
        this.iamRoles = $.iamRoles;
        this.name = $.name;
        this.namespaces = $.namespaces;
        this.quota = $.quota;
        this.repositories = $.repositories;
    }

    public static Builder builder() {
        return new Builder();
    }
    public static Builder builder(TeamConfigArgs defaults) {
        return new Builder(defaults);
    }

    public static final class Builder {
        private TeamConfigArgs $;

        public Builder() {
            $ = new TeamConfigArgs();
        }

        public Builder(TeamConfigArgs defaults) {
            $ = new TeamConfigArgs(Objects.requireNonNull(defaults));
        }

        public Builder emails(@Nullable List<String> emails) {
            $.emails = emails;
            return this;
        }

        public Builder emails(String... emails) {
            return emails(List.of(emails));
        }

        public Builder groups(@Nullable List<String> groups) {
            $.groups = groups;
            return this;
        }

        public Builder groups(String... groups) {
            return groups(List.of(groups));
        }

        public Builder iamRoles(@Nullable List<String> iamRoles) {
            $.iamRoles = iamRoles;
            return this;
        }

        public Builder iamRoles(String... iamRoles) {
            return iamRoles(List.of(iamRoles));
        }

        public Builder name(String name) {
            $.name = name;
            return this;
        }

        public Builder namespaces(@Nullable List<String> namespaces) {
            $.namespaces = namespaces;
            return this;
        }

        public Builder namespaces(String... namespaces) {
            return namespaces(List.of(namespaces));
        }

        public Builder quota(@Nullable TeamQuotaConfigArgs quota) {
            $.quota = quota;
            return this;
        }

        public Builder repositories(@Nullable List<String> repositories) {
            $.repositories = repositories;
            return this;
        }

        public Builder repositories(String... repositories) {
            return repositories(List.of(repositories));
        }

        public TeamConfigArgs build() {
            if ($.name == null) {
                throw new MissingRequiredPropertyException("TeamConfigArgs", "name");
            }
            return $;
        }
    }

}
