// What LIST, NLST, MLSD and STAT send of a folder: its entries as text, a page at a time.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "desk/desk.hpp"

namespace consign::ftps {

class ListingText {
  public:
    /// One line, without its end.
    using Line = std::function<std::string(const desk::Attributes&)>;

    /// Of what the path names; a file lists itself. With `may_be_pattern`, its last part may be one
    /// (`*.hl7`), unless something has that very name. An error is the desk's.
    [[nodiscard]] static boost::asio::awaitable<Result<ListingText>> open(desk::Desk& desk,
                                                                          VirtualPath path,
                                                                          bool may_be_pattern);
    /// Further lines, each with CRLF; none only at the end.
    [[nodiscard]] boost::asio::awaitable<Result<std::string>> next(const Line& line);
    enum class Of : std::uint8_t { folder, file, pattern };
    [[nodiscard]] Of of() const { return of_; }

    ListingText() = default;

  private:
    std::unique_ptr<desk::Listing> listing_;
    std::optional<desk::Attributes> single_;
    std::string pattern_;
    Of of_ = Of::folder;
};

}  // namespace consign::ftps
