using System.Text;
using LightlyCluster.SelfSupervised.Datasets;
using SkiaSharp;

namespace LightlyCluster.SelfSupervised.Tests.Datasets;

public sealed class ImageDecoderTests
{
    [Theory]
    [InlineData(SKEncodedImageFormat.Png, 0)]
    [InlineData(SKEncodedImageFormat.Jpeg, 12)]
    [InlineData(SKEncodedImageFormat.Webp, 40)]
    public void A_file_decodes_to_the_pixels_that_were_encoded(SKEncodedImageFormat format, int tolerance)
    {
        var image = Smooth(37, 23);

        var decoded = ImageDecoder.Decode(TestImages.Encode(image, format, 100), "image");

        (decoded.Width, decoded.Height).ShouldBe((37, 23));
        LargestDifference(decoded, image).ShouldBeLessThanOrEqualTo(tolerance);
    }

    [Fact]
    public void The_name_does_not_matter_the_content_does()
    {
        var png = TestImages.Encode(TestImages.Make(8, 8), SKEncodedImageFormat.Png);

        ImageDecoder.Decode(png, "photo.jpg").Pixels.ShouldBe(TestImages.Make(8, 8).Pixels);
    }

    [Fact]
    public void Both_JPEG_decoders_agree_to_a_few_steps()
    {
        var jpeg = TestImages.Encode(Smooth(64, 48), SKEncodedImageFormat.Jpeg, 90);

        LargestDifference(ImageDecoder.Decode(jpeg, "a"), SkiaDecoder.DecodeUpright(jpeg, "a")).ShouldBeLessThanOrEqualTo(4);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(200)]
    [InlineData(700)]
    [InlineData(-200)]
    public void A_truncated_JPEG_is_corrupt_with_either_decoder(int length)
    {
        var jpeg = TestImages.Encode(TestImages.Make(64, 64), SKEncodedImageFormat.Jpeg);
        var cut = jpeg[..(length > 0 ? length : jpeg.Length + length)];

        Should.Throw<CorruptImageException>(() => ImageDecoder.Decode(cut, "cut.jpg")).Message.ShouldStartWith("cut.jpg: ");
        Should.Throw<CorruptImageException>(() => SkiaDecoder.DecodeUpright(cut, "cut.jpg")).Message.ShouldStartWith("cut.jpg: ");
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void A_truncated_file_of_another_format_is_corrupt(SKEncodedImageFormat format)
    {
        var bytes = TestImages.Encode(TestImages.Make(64, 64), format);

        Should.Throw<CorruptImageException>(() => ImageDecoder.Decode(bytes.AsMemory(0, bytes.Length / 2), "cut"));
        Should.Throw<CorruptImageException>(() => ImageDecoder.Decode(bytes.AsMemory(0, 20), "cut"));
    }

    [Fact]
    public void Stray_bytes_behind_the_end_are_harmless()
    {
        byte[] jpeg = [.. TestImages.Encode(TestImages.Make(16, 16), SKEncodedImageFormat.Jpeg), 1, 2, 3];

        ImageDecoder.Decode(jpeg, "stray.jpg").Width.ShouldBe(16);
    }

    [Fact]
    public void A_text_file_called_jpg_is_corrupt()
    {
        var exception = Should.Throw<CorruptImageException>(
            () => ImageDecoder.Decode(Encoding.ASCII.GetBytes("This is no photograph."), "hat/notes.jpg"));

        exception.ImageName.ShouldBe("hat/notes.jpg");
        exception.Reason.ShouldContain("not an image");
    }

    [Fact]
    public void An_empty_file_is_corrupt() =>
        Should.Throw<CorruptImageException>(() => ImageDecoder.Decode(Array.Empty<byte>(), "empty.png")).Reason.ShouldContain("empty");

    [Fact]
    public void A_header_that_announces_too_many_pixels_is_refused_before_memory_is_taken()
    {
        var png = TestImages.Png(1, 1, 8, 2, [1, 2, 3]);
        // Width 60,000 and height 60,000, with the header's checksum.
        var huge = TestImages.Png(60_000, 60_000, 8, 2, new byte[60_000 * 3]);

        Should.Throw<CorruptImageException>(() => ImageDecoder.Decode(huge, "huge.png")).Reason.ShouldContain("limit");
        Should.Throw<CorruptImageException>(() => ImageDecoder.Decode("P6 60000 60000 255\n"u8.ToArray(), "huge.ppm"));
        ImageDecoder.Decode(png, "small.png").Pixels.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void A_PNG_with_16_bits_keeps_the_upper_8()
    {
        var png = TestImages.Png(2, 1, 16, 2, [0x12, 0x00, 0x80, 0x10, 0xFF, 0xFF, 0, 0, 0x40, 0x00, 0xA0, 0x00]);

        ImageDecoder.Decode(png, "deep.png").Pixels.ShouldBe([0x12, 0x80, 0xFF, 0, 0x40, 0xA0]);
    }

    [Fact]
    public void A_gray_PNG_gives_three_equal_channels()
    {
        ImageDecoder.Decode(TestImages.Png(2, 1, 8, 0, [7, 200]), "gray.png").Pixels.ShouldBe([7, 7, 7, 200, 200, 200]);
        ImageDecoder.Decode(TestImages.Png(2, 1, 16, 0, [7, 0, 200, 0]), "gray16.png").Pixels.ShouldBe([7, 7, 7, 200, 200, 200]);
    }

    [Fact]
    public void Transparency_is_dropped_and_colours_stay()
    {
        var png = TestImages.Png(3, 1, 8, 6, [10, 20, 30, 255, 200, 100, 50, 128, 9, 8, 7, 0]);

        ImageDecoder.Decode(png, "clear.png").Pixels.ShouldBe([10, 20, 30, 200, 100, 50, 9, 8, 7]);
    }

    [Fact]
    public void A_CMYK_JPEG_becomes_RGB()
    {
        var bytes = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Datasets/Files/cmyk.jpg"));

        var image = ImageDecoder.Decode(bytes, "cmyk.jpg");

        (image.Width, image.Height).ShouldBe((16, 8));
        // The left half is printed with magenta and yellow, the right one with half of black.
        image.Pixels[0].ShouldBeGreaterThan((byte)243);
        Math.Max(image.Pixels[1], image.Pixels[2]).ShouldBeLessThan((byte)12);
        image.Pixels[^3..].Select(value => Math.Abs(value - 128)).Max().ShouldBeLessThan(12);
    }

    [Theory]
    [InlineData(1, "rb|gw", true)]
    [InlineData(2, "br|wg", true)]
    [InlineData(3, "wg|br", false)]
    [InlineData(4, "gw|rb", true)]
    [InlineData(5, "rg|bw", true)]
    [InlineData(6, "gr|wb", false)]
    [InlineData(7, "wb|gr", true)]
    [InlineData(8, "bw|rg", false)]
    public void The_orientation_of_the_camera_is_applied(byte orientation, string expected, bool isLittleEndian)
    {
        // As stored: red and blue above, green and white below, in tiles of 16 x 8 pixels.
        var stored = Tiles(["rb", "gw"], 16, 8);
        var jpeg = TestImages.WithOrientation(TestImages.Encode(stored, SKEncodedImageFormat.Jpeg, 100), orientation, isLittleEndian);

        var upright = ImageDecoder.Decode(jpeg, "turned.jpg");
        var bySkia = SkiaDecoder.DecodeUpright(jpeg, "turned.jpg");

        var turned = Tiles(expected.Split('|'), orientation >= 5 ? 8 : 16, orientation >= 5 ? 16 : 8);
        (upright.Width, upright.Height).ShouldBe((turned.Width, turned.Height));
        TileColours(upright).ShouldBe(TileColours(turned));
        TileColours(bySkia).ShouldBe(TileColours(turned));
    }

    [Theory]
    [InlineData("P3 # colours\n2 1\n255\n1 2 3 40 50 60\n", new byte[] { 1, 2, 3, 40, 50, 60 })]
    [InlineData("P2\n2 1 15\n0 15", new byte[] { 0, 0, 0, 255, 255, 255 })]
    [InlineData("P6 1 1 255\nabc", new byte[] { 97, 98, 99 })]
    [InlineData("P5 2 1 255\nab", new byte[] { 97, 97, 97, 98, 98, 98 })]
    public void Portable_anymaps_are_read(string file, byte[] expected) =>
        ImageDecoder.Decode(Encoding.ASCII.GetBytes(file), "image.ppm").Pixels.ShouldBe(expected);

    [Theory]
    [InlineData("P6 2 2 255\nabc")]
    [InlineData("P3 2 2 255\n1 2 3")]
    [InlineData("P5 0 2 255\n")]
    [InlineData("P5 x 2 255\n")]
    [InlineData("P5 2 2 70000\nabcd")]
    [InlineData("P3 1 1 255\n1 2 999999999999")]
    public void Damaged_portable_anymaps_are_corrupt(string file) =>
        Should.Throw<CorruptImageException>(() => ImageDecoder.Decode(Encoding.ASCII.GetBytes(file), "image.ppm"));

    [Fact]
    public void A_damaged_file_does_not_spoil_the_next_one()
    {
        var jpeg = TestImages.Encode(TestImages.Make(64, 64), SKEncodedImageFormat.Jpeg);
        var expected = ImageDecoder.Decode(jpeg, "good.jpg").Pixels;
        for (var length = 2; length < jpeg.Length; length += 7)
        {
            Should.Throw<CorruptImageException>(() => ImageDecoder.Decode(jpeg.AsMemory(0, length), "cut.jpg"));

            ImageDecoder.Decode(jpeg, "good.jpg").Pixels.ShouldBe(expected);
        }
    }

    [Fact]
    public void Random_damage_never_does_worse_than_an_exception()
    {
        var files = new[] { SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp }
            .Select(format => TestImages.Encode(TestImages.Make(24, 24), format)).ToArray();
        var stream = new SelfSupervised.Randomness.RandomStream(1, SelfSupervised.Randomness.RandomPurpose.None, 0, 0, 0);
        for (var round = 0; round < 300; round++)
        {
            var damaged = (byte[])files[round % files.Length].Clone();
            for (var change = 0; change < 5; change++)
            {
                damaged[stream.NextInteger((uint)damaged.Length)] = (byte)stream.NextUInt32();
            }

            try
            {
                ImageDecoder.Decode(damaged, "damaged").Pixels.Length.ShouldBeGreaterThan(0);
            }
            catch (CorruptImageException exception)
            {
                exception.ImageName.ShouldBe("damaged");
            }
        }
    }

    [Fact]
    public void The_identity_names_a_decoder_and_its_version() =>
        ImageDecoder.Identity.ShouldMatch("^(libturbojpeg.*|turbojpeg-none)\\+skia-\\d.*\\+libtiff.net-\\d+");

    private static DecodedImage Smooth(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        for (var index = 0; index < pixels.Length; index++)
        {
            pixels[index] = (byte)(60 + (index / 3 % width * 2) + (index / 3 / width) + (index % 3 * 20));
        }

        return new DecodedImage(width, height, pixels);
    }

    private static int LargestDifference(DecodedImage left, DecodedImage right) =>
        left.Pixels.Zip(right.Pixels, (one, other) => Math.Abs(one - other)).Max();

    private static DecodedImage Tiles(string[] rows, int tileWidth, int tileHeight)
    {
        var width = rows[0].Length * tileWidth;
        var height = rows.Length * tileHeight;
        var pixels = new byte[width * height * 3];
        for (var pixel = 0; pixel < width * height; pixel++)
        {
            var letter = rows[pixel / width / tileHeight][pixel % width / tileWidth];
            pixels[pixel * 3] = (byte)(letter is 'r' or 'w' ? 255 : 0);
            pixels[(pixel * 3) + 1] = (byte)(letter is 'g' or 'w' ? 255 : 0);
            pixels[(pixel * 3) + 2] = (byte)(letter is 'b' or 'w' ? 255 : 0);
        }

        return new DecodedImage(width, height, pixels);
    }

    // The colours in the middle of the four quarters, as letters.
    private static string TileColours(DecodedImage image)
    {
        var text = new StringBuilder();
        foreach (var (x, y) in new[] { (1, 1), (3, 1), (1, 3), (3, 3) })
        {
            var offset = ((image.Height * y / 4 * image.Width) + (image.Width * x / 4)) * 3;
            var bits = string.Concat(image.Pixels[offset..(offset + 3)].Select(value => value > 127 ? '1' : '0'));
            text.Append(bits switch { "100" => 'r', "010" => 'g', "001" => 'b', "111" => 'w', _ => '?' });
        }

        return text.ToString();
    }
}
