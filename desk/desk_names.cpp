// Names as the account's client writes them.
#include "desk/desk.hpp"
#include "desk/wire_name.hpp"

namespace consign::desk {

policy::FilenameCharset Desk::charset() const {
    const auto policy = site_.policy.current();
    const auto found = policy->accounts.find(account_);
    return found == policy->accounts.end() ? policy::FilenameCharset::utf_8
                                           : found->second.filename_charset;
}

Result<VirtualPath> Desk::path_of(std::string_view written, const VirtualPath& from) const {
    return VirtualPath::parse(from_wire(charset(), written), from);
}

std::string Desk::written(std::string_view name) const {
    return to_wire(charset(), name);
}

}  // namespace consign::desk
