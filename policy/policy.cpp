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
        case Method::totp:
            return "totp";
        case Method::ssh_certificate:
            return "ssh-certificate";
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

std::string_view name_of(FilenameCharset charset) {
    switch (charset) {
        case FilenameCharset::utf_8:
            return "utf-8";
        case FilenameCharset::iso_8859_1:
            return "iso-8859-1";
        case FilenameCharset::iso_8859_15:
            return "iso-8859-15";
        case FilenameCharset::windows_1252:
            return "windows-1252";
    }
    return {};
}

std::string_view name_of(Sidecar sidecar) {
    switch (sidecar) {
        case Sidecar::ok_file:
            return "ok_file";
        case Sidecar::checksum_file:
            return "checksum_file";
    }
    return {};
}

std::string_view name_of(const Action& action) {
    struct Name {
        std::string_view operator()(const Copy&) const { return "copy"; }
        std::string_view operator()(const Move&) const { return "move"; }
        std::string_view operator()(const Deliver&) const { return "deliver"; }
        std::string_view operator()(const Quarantine&) const { return "quarantine"; }
        std::string_view operator()(const Tag&) const { return "tag"; }
    };
    return std::visit(Name{}, action);
}

const Rule& rule_of(const Action& action) {
    return std::visit([](const auto& one) -> const Rule& { return one.rule; }, action);
}

std::string_view name_of(CountedFrom counted_from) {
    switch (counted_from) {
        case CountedFrom::deposit:
            return "deposit";
        case CountedFrom::last_pickup:
            return "last_pickup";
        case CountedFrom::last_activity:
            return "last_activity";
    }
    return {};
}

std::string_view name_of(AfterPickup then) {
    switch (then) {
        case AfterPickup::keep:
            return "keep";
        case AfterPickup::hide:
            return "hide";
        case AfterPickup::archive:
            return "archive";
        case AfterPickup::erase:
            return "erase";
    }
    return {};
}

}  // namespace consign::policy
