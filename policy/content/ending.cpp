#include "policy/content/ending.hpp"

#include <optional>
#include <variant>

#include "policy/content/trailer.hpp"
#include "policy/content/unpacker.hpp"
#include "policy/content/zip_directory.hpp"

namespace consign::policy::content {

namespace {

/// The packing's own end: whatever it holds will do.
struct AnyContent {
    void add(ByteView /*bytes*/) {}
    [[nodiscard]] bool has_ended() const { return true; }
};

using Trailer = std::variant<AnyContent, BatchTrailer, HprimTrailer, PdfTrailer, ZipDirectoryCheck>;

/// Nothing where the ending does not belong to the file.
std::optional<Trailer> trailer_of(Ending ending, const Content& content) {
    switch (ending) {
        case Ending::batch_trailer:
            if (content.format == Format::hl7 && content.is_batch) return BatchTrailer();
            return std::nullopt;
        case Ending::hprim_trailer:
            if (content.format == Format::hprim_sante)
                return HprimTrailer(HprimTrailer::Kind::sante);
            if (content.format == Format::hprim_medecin)
                return HprimTrailer(HprimTrailer::Kind::medecin);
            return std::nullopt;
        case Ending::pdf_trailer:
            if (content.format == Format::pdf) return PdfTrailer();
            return std::nullopt;
        case Ending::zip_directory:
            if (content.packing == Packing::zip) return ZipDirectoryCheck();
            return std::nullopt;
        case Ending::gzip_trailer:
            if (content.packing == Packing::gzip) return AnyContent();
            return std::nullopt;
    }
    __builtin_unreachable();
}

}  // namespace

class EndingCheck::Watch {
  public:
    /// `packing`: what is taken off before the trailer sees anything.
    Watch(Packing packing, Trailer trailer)
        : packing_(packing), unpacker_(packing), trailer_(std::move(trailer)) {}

    void add(ByteView bytes) {
        packed_bytes_ += bytes.size();
        unpacker_.add(bytes, [this](ByteView piece) {
            unpacked_bytes_ += piece.size();
            if (packing_ != Packing::none &&
                unpacked_bytes_ > unpacked_allowance_bytes + unpacked_ratio_limit * packed_bytes_)
                return false;
            std::visit([&](auto& trailer) { trailer.add(piece); }, trailer_);
            return true;
        });
    }

    [[nodiscard]] bool has_ended() const {
        const bool is_unpacked = packing_ == Packing::none || unpacker_.state() == Unpacking::ended;
        return is_unpacked &&
               std::visit([](const auto& trailer) { return trailer.has_ended(); }, trailer_);
    }

  private:
    Packing packing_;
    Unpacker unpacker_;
    Trailer trailer_;
    std::uint64_t packed_bytes_ = 0;
    std::uint64_t unpacked_bytes_ = 0;
};

std::string_view name_of(Ending ending) {
    switch (ending) {
        case Ending::batch_trailer:
            return "batch_trailer";
        case Ending::hprim_trailer:
            return "hprim_trailer";
        case Ending::pdf_trailer:
            return "pdf_trailer";
        case Ending::zip_directory:
            return "zip_directory";
        case Ending::gzip_trailer:
            return "gzip_trailer";
    }
    __builtin_unreachable();
}

EndingCheck::EndingCheck(Ending ending, const Content& content) {
    auto trailer = trailer_of(ending, content);
    if (!trailer) return;
    const Packing packing = ending == Ending::zip_directory ? Packing::none : content.packing;
    watch_ = std::make_unique<Watch>(packing, std::move(*trailer));
}

EndingCheck::~EndingCheck() = default;
EndingCheck::EndingCheck(EndingCheck&&) noexcept = default;
EndingCheck& EndingCheck::operator=(EndingCheck&&) noexcept = default;

void EndingCheck::add(ByteView bytes) {
    if (watch_) watch_->add(bytes);
}

bool EndingCheck::has_ended() const {
    return !watch_ || watch_->has_ended();
}

}  // namespace consign::policy::content
