#include "desk/scrub/content_check.hpp"

#include "desk/site/sealed_content.hpp"
#include "storage/database/errc.hpp"
#include "storage/vault/errc.hpp"

namespace consign::desk {

Result<std::size_t> ContentCheck::step() {
    if (!reader_) {
        auto opened = open_content(site_, file_);
        if (!opened) return failure(opened.error());
        reader_ = *std::move(opened);
        buffer_.resize(step_bytes);
    }
    const auto count = reader_->read(read_bytes_, buffer_);
    if (count) read_bytes_ += *count;
    return count;
}

scrub::Damage damage_of(std::error_code error) {
    if (error == vault::vault_errc::altered || error == database::database_errc::altered_cell)
        return scrub::Damage::altered;
    if (error == std::errc::no_such_file_or_directory) return scrub::Damage::missing;
    return scrub::Damage::unreadable;
}

}  // namespace consign::desk
