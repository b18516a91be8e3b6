// References to secrets: `file:PATH`, `credential:NAME`.
#include <algorithm>

#include "policy/draft.hpp"
#include "policy/reader.hpp"

namespace consign::policy {

namespace {

bool is_credential_name(std::string_view name) {
    return !name.empty() && name != "." && name != ".." && std::ranges::all_of(name, [](char byte) {
        return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
               (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' || byte == '-';
    });
}

}  // namespace

std::filesystem::path absolute(const std::filesystem::path& folder, const std::string& written) {
    return (folder / written).lexically_normal();
}

std::optional<KeyReference> read_reference(const Reader& in, const yaml::Node& node,
                                           const std::filesystem::path& folder) {
    constexpr std::string_view file = "file:";
    constexpr std::string_view credential = "credential:";
    const auto written = in.secret(node, text_form::reference);
    if (!written) return std::nullopt;
    if (written->starts_with("pkcs11:")) {
        in.error(node.place,
                 "`pkcs11:` is part of the policy language, but is not available in this version: "
                 "use `file:PATH` or `credential:NAME`");
        return std::nullopt;
    }
    if (written->starts_with(file) && written->size() > file.size())
        return KeyReference{KeyReference::Kind::file,
                            absolute(folder, written->substr(file.size()))};
    if (written->starts_with(credential) && is_credential_name(written->substr(credential.size())))
        return KeyReference{KeyReference::Kind::credential, written->substr(credential.size())};
    in.withhold(node);
    in.error(node.place,
             "expected a reference to a secret, `file:PATH` or `credential:NAME`, found something "
             "else (not shown here: a secret never stands in this file)");
    return std::nullopt;
}

}  // namespace consign::policy
