namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Reads PGM and PPM, as text (P2, P3) or binary (P5, P6), with 8 or 16 bits a sample.</summary>
internal ref struct PortableAnymapReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly string _name;
    private int _offset;

    private PortableAnymapReader(ReadOnlySpan<byte> bytes, string name)
    {
        _bytes = bytes;
        _name = name;
        _offset = 2;
    }

    /// <summary>Decodes a file whose first two bytes have been recognized.</summary>
    public static DecodedImage Decode(ReadOnlySpan<byte> bytes, string name)
    {
        var reader = new PortableAnymapReader(bytes, name);
        return reader.Read();
    }

    private DecodedImage Read()
    {
        var kind = _bytes[1] - (byte)'0';
        var width = ReadNumber();
        var height = ReadNumber();
        var maximum = ReadNumber();
        ImageDecoder.RequireSize(width, height, _name);
        if (maximum is < 1 or > 65535)
        {
            throw new CorruptImageException(_name, $"the largest value is {maximum}, it must be 1 to 65535");
        }

        var isText = kind is 2 or 3;
        var channels = kind is 3 or 6 ? 3 : 1;
        var sampleBytes = maximum > 255 ? 2 : 1;
        if (!isText)
        {
            // Exactly one white space stands between header and samples.
            _offset++;
        }

        var needed = (long)width * height * channels * (isText ? 2 : sampleBytes) - (isText ? 1 : 0);
        if (_bytes.Length - _offset < needed)
        {
            throw new CorruptImageException(
                _name, $"cut short: {needed} bytes of samples announced, {Math.Max(0, _bytes.Length - _offset)} present");
        }

        var pixels = new byte[checked((int)((long)width * height * 3))];
        for (var target = 0; target < pixels.Length; target += 3)
        {
            for (var channel = 0; channel < channels; channel++)
            {
                var sample = isText ? ReadNumber() : ReadSample(sampleBytes);
                pixels[target + channel] = (byte)(((Math.Min(sample, maximum) * 255L) + (maximum / 2)) / maximum);
            }

            if (channels == 1)
            {
                pixels[target + 1] = pixels[target + 2] = pixels[target];
            }
        }

        return new DecodedImage(width, height, pixels);
    }

    private int ReadSample(int sampleBytes)
    {
        int high = _bytes[_offset++];
        return sampleBytes == 1 ? high : (high << 8) | _bytes[_offset++];
    }

    private int ReadNumber()
    {
        SkipSpaceAndComments();
        var start = _offset;
        long number = 0;
        while (_offset < _bytes.Length && char.IsAsciiDigit((char)_bytes[_offset]) && number <= int.MaxValue)
        {
            number = (number * 10) + (_bytes[_offset++] - (byte)'0');
        }

        if (_offset == start || number > int.MaxValue)
        {
            throw new CorruptImageException(_name, $"a number was expected at byte {start}");
        }

        return (int)number;
    }

    private void SkipSpaceAndComments()
    {
        while (_offset < _bytes.Length)
        {
            var current = (char)_bytes[_offset];
            if (current == '#')
            {
                while (_offset < _bytes.Length && _bytes[_offset] != (byte)'\n')
                {
                    _offset++;
                }
            }
            else if (!char.IsWhiteSpace(current))
            {
                return;
            }
            else
            {
                _offset++;
            }
        }
    }
}
