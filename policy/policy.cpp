#include "policy/policy.hpp"

#include <fmt/format.h>

namespace consign::policy {

std::string Rule::text() const {
    return file.empty() ? std::string() : fmt::format("{}:{}", file, line);
}

std::string_view name_of(Verb verb) {
    switch (verb) {
        case Verb::list:
            return "list";
        case Verb::download:
            return "download";
        case Verb::upload:
            return "upload";
        case Verb::overwrite:
            return "overwrite";
        case Verb::append:
            return "append";
        case Verb::rename:
            return "rename";
        case Verb::remove:
            return "delete";
        case Verb::mkdir:
            return "mkdir";
    }
    return {};
}

std::string_view name_of(Method method) {
    switch (method) {
        case Method::publickey:
            return "publickey";
        case Method::tls_certificate:
            return "tls-certificate";
        case Method::password:
            return "password";
    }
    return {};
}

const std::set<Method>& methods_over(std::string_view protocol) {
    static const std::set<Method> none;
    static const std::set<Method> of_sftp{Method::publickey, Method::password};
    static const std::set<Method> of_ftps{Method::tls_certificate, Method::password};
    if (protocol == "sftp") return of_sftp;
    if (protocol == "ftps") return of_ftps;
    return none;
}

std::string_view name_of(LegacyException exception) {
    switch (exception) {
        case LegacyException::ssh_algorithms:
            return "ssh-algorithms";
        case LegacyException::old_tls:
            return "old-tls";
        case LegacyException::no_close_notify:
            return "no-close-notify";
    }
    return {};
}

LegacyException legacy_exception_over(std::string_view protocol) {
    return protocol == "ftps" ? LegacyException::old_tls : LegacyException::ssh_algorithms;
}

}  // namespace consign::policy
