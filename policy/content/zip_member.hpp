// The first member of a zip that is a file, read from its local header on, as the bytes come
// (APPNOTE.TXT 6.3.10, 4.3): stored or deflated, its length known beforehand or told behind it.
// The CRC is not checked: a zip is read for what it holds, and zip_directory.hpp tells whether it
// is whole.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "policy/content/inflater.hpp"
#include "policy/content/unpacker.hpp"

namespace consign::policy::content {

class ZipMember {
  public:
    void add(ByteView bytes, const UnpackedSink& sink);
    [[nodiscard]] Unpacking state() const { return state_; }

  private:
    enum class Part : std::uint8_t {
        header,         // the fixed part
        names,          // name and extra field
        stored,         // of a length that is known
        stored_to_end,  // of one that stands behind it
        deflated,
        between  // from a folder's data to the next header
    };

    void read_header();
    void read_names();
    void begin_data();
    void end_data();
    void add_stored(ByteView& bytes, const UnpackedSink& sink);
    void add_stored_to_end(ByteView& bytes, const UnpackedSink& sink);
    void add_deflated(ByteView& bytes, const UnpackedSink& sink);
    void look_for_header(ByteView& bytes);
    /// Moves bytes into collected_ until it holds `count`; true once it does.
    bool collect(ByteView& bytes, std::size_t count);
    void give(ByteView bytes, const UnpackedSink& sink);

    Unpacking state_ = Unpacking::going_on;
    Part part_ = Part::header;
    Bytes collected_;  // of the part that is being read
    std::uint16_t flags_ = 0;
    std::uint16_t method_ = 0;
    std::uint64_t packed_bytes_ = 0;  // as the header tells
    std::size_t name_bytes_ = 0;
    std::size_t extra_bytes_ = 0;
    bool is_folder_ = false;
    std::uint64_t given_bytes_ = 0;
    std::size_t passed_bytes_ = 0;  // between members
    std::optional<Inflater> inflater_;
};

}  // namespace consign::policy::content
