using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Lists the files of a tar archive by its headers alone: one read of 512 bytes a member, no contents.</summary>
/// <remarks>Understands ustar with prefixes, GNU long names and binary sizes, and pax headers (path, size).</remarks>
internal sealed class TarIndexer
{
    private const int BlockBytes = 512;
    private const int LongNameBytesMaximum = 1 << 20;

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly long _fileBytes;
    private readonly byte[] _header = new byte[BlockBytes];
    private string? _longName;
    private long? _longSize;

    private TarIndexer(SafeFileHandle file, string path)
    {
        _file = file;
        _path = path;
        _fileBytes = RandomAccess.GetLength(file);
    }

    /// <summary>Lists the regular files in the order of the archive.</summary>
    /// <exception cref="DatasetException">The archive is cut short or damaged, or a name leads out of it.</exception>
    public static List<TarMember> List(SafeFileHandle file, string path) => new TarIndexer(file, path).List();

    private List<TarMember> List()
    {
        var members = new List<TarMember>();
        long offset = 0;
        while (true)
        {
            // Every round moves ahead by at least one block, so the loop ends with the file.
            ReadExactly(_header, offset);
            if (!_header.AsSpan().ContainsAnyExcept((byte)0))
            {
                return members;
            }

            RequireChecksum(offset);
            var size = _longSize ?? ReadNumber(_header.AsSpan(124, 12), offset);
            var dataOffset = offset + BlockBytes;
            if (size < 0 || size > _fileBytes - dataOffset)
            {
                throw CutShort();
            }

            Take(members, (char)_header[156], dataOffset, size);
            offset = dataOffset + ((size + BlockBytes - 1) / BlockBytes * BlockBytes);
        }
    }

    private void Take(List<TarMember> members, char kind, long dataOffset, long size)
    {
        switch (kind)
        {
            case 'L':
                _longName = ReadText(dataOffset, size).TrimEnd('\0');
                return;
            case 'x':
                ReadExtendedHeader(ReadBytes(dataOffset, size));
                return;
            case 'K' or 'g':
                return;
            case '0' or '\0' or '7':
                var name = _longName ?? HeaderName();
                if (!name.EndsWith('/'))
                {
                    members.Add(new TarMember(Clean(name), dataOffset, size));
                }

                break;
            default:
                break;
        }

        _longName = null;
        _longSize = null;
    }

    private string HeaderName()
    {
        var name = Text(_header.AsSpan(0, 100));
        var isUstar = _header.AsSpan(257, 6).SequenceEqual("ustar\0"u8);
        var prefix = isUstar ? Text(_header.AsSpan(345, 155)) : "";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    private string Clean(string name)
    {
        if (name.StartsWith('/') || name.Split('/').Contains("..", StringComparer.Ordinal))
        {
            throw new DatasetException($"The archive '{_path}' has a member '{name}', whose name leads out of the archive.");
        }

        return string.Join('/', name.Split('/').Where(part => part.Length > 0 && part != "."));
    }

    // Records of the form "27 path=some/long/name\n"; the number counts the whole record.
    private void ReadExtendedHeader(ReadOnlySpan<byte> records)
    {
        while (records.Length > 0 && records[0] != 0)
        {
            var space = records.IndexOf((byte)' ');
            if (space <= 0 || !int.TryParse(records[..space], out var length) || length <= space + 1 || length > records.Length)
            {
                throw new DatasetException($"The archive '{_path}' has a damaged pax header.");
            }

            var record = records[(space + 1)..(length - 1)];
            if (record.StartsWith("path="u8))
            {
                _longName = Encoding.UTF8.GetString(record[5..]);
            }
            else if (record.StartsWith("size="u8) && long.TryParse(record[5..], out var size))
            {
                _longSize = size;
            }

            records = records[length..];
        }
    }

    private void RequireChecksum(long offset)
    {
        long sum = 8 * ' ';
        for (var index = 0; index < BlockBytes; index++)
        {
            sum += index is >= 148 and < 156 ? 0 : _header[index];
        }

        if (sum != ReadNumber(_header.AsSpan(148, 8), offset))
        {
            throw new DatasetException($"'{_path}' is no tar archive, or is damaged at byte {offset}: the header's checksum is wrong.");
        }
    }

    private long ReadNumber(ReadOnlySpan<byte> field, long offset)
    {
        // GNU writes numbers that need more than eleven octal digits in binary, marked by the highest bit.
        if ((field[0] & 0x80) != 0)
        {
            return BinaryPrimitives.ReadInt64BigEndian(field[^8..]);
        }

        long number = 0;
        foreach (var digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                throw new DatasetException($"'{_path}' is no tar archive, or is damaged at byte {offset}: a number is not octal.");
            }

            number = (number * 8) + (digit - (byte)'0');
        }

        return number;
    }

    private string ReadText(long offset, long size) => Encoding.UTF8.GetString(ReadBytes(offset, size));

    private byte[] ReadBytes(long offset, long size)
    {
        if (size > LongNameBytesMaximum)
        {
            throw new DatasetException($"The archive '{_path}' has a header of {size} bytes; {LongNameBytesMaximum} is the limit.");
        }

        var bytes = new byte[size];
        ReadExactly(bytes, offset);
        return bytes;
    }

    private void ReadExactly(Span<byte> target, long offset)
    {
        while (target.Length > 0)
        {
            var read = RandomAccess.Read(_file, target, offset);
            if (read == 0)
            {
                throw CutShort();
            }

            target = target[read..];
            offset += read;
        }
    }

    private DatasetException CutShort() =>
        new($"The archive '{_path}' is cut short: it ends at byte {_fileBytes}, before its end mark.");

    private static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }
}
