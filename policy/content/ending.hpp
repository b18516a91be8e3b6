// Does a file end as its format says that it must? Beyond the protocol's own word that it is
// complete, a route may ask for this (`complete_when`).
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/bytes.hpp"
#include "policy/content/content.hpp"

namespace consign::policy::content {

enum class Ending : std::uint8_t {
    batch_trailer,  // HL7: BTS where BHS stands first, FTS where FHS does; with the count that it
                    // tells
    hprim_trailer,  // HPRIM Santé: the L segment last; Médecin: the line ****FINFICHIER****
    pdf_trailer,    // %%EOF in the last 1024 bytes
    zip_directory,  // the end of central directory record, and the directory where it says
    gzip_trailer    // unpacks to its end, with its CRC and length
};
/// "batch_trailer", ...
[[nodiscard]] std::string_view name_of(Ending ending);

/// What a packed file may unpack to: so much, and then so many times its own bytes. No record of a
/// laboratory comes near; what goes beyond has not ended, and is not unpacked any further.
inline constexpr std::uint64_t unpacked_allowance_bytes = std::uint64_t{16} << 20;
inline constexpr std::uint64_t unpacked_ratio_limit = 64;

/// Takes a file's bytes, all of them, in order. Bounded memory; a packed file is unpacked as it
/// comes, and what must end is what it holds, with the packing of it (zip_directory and
/// gzip_trailer: the packing itself). A file to whose format the ending does not belong has it:
/// what is no batch needs no trailer.
class EndingCheck {
  public:
    EndingCheck(Ending ending, const Content& content);
    ~EndingCheck();
    EndingCheck(EndingCheck&&) noexcept;
    EndingCheck& operator=(EndingCheck&&) noexcept;

    void add(ByteView bytes);
    /// After the last byte.
    [[nodiscard]] bool has_ended() const;

  private:
    class Watch;
    std::unique_ptr<Watch> watch_;  // null: the ending does not belong to the file's format
};

}  // namespace consign::policy::content
