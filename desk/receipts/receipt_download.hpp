// A receipt that is being read. It is no retrieval: no receipt is made of it, and it counts as no
// file; its reading was recorded when it was opened.
#pragma once

#include <string>

#include "desk/site/download.hpp"
#include "desk/site/session.hpp"

namespace consign::desk {

class ReceiptDownload final : public Download {
  public:
    ReceiptDownload(Session& session, VirtualPath path, std::string text, Timestamp modified)
        : session_(session), path_(std::move(path)), text_(std::move(text)), modified_(modified) {}

    [[nodiscard]] boost::asio::awaitable<Result<>> read(std::span<Range> ranges) override;
    [[nodiscard]] std::uint64_t size_bytes() const override { return text_.size(); }
    [[nodiscard]] Timestamp modified() const override { return modified_; }
    [[nodiscard]] const VirtualPath& path() const override { return path_; }
    void leaving(std::uint64_t, std::uint64_t) override {}
    void served(std::uint64_t, std::uint64_t bytes) override { session_.count_out(bytes); }
    [[nodiscard]] boost::asio::awaitable<void> finish(End) override;

  private:
    Session& session_;
    VirtualPath path_;
    std::string text_;
    Timestamp modified_;
};

}  // namespace consign::desk
