using BitMiracle.LibTiff.Classic;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.Tests.Media;

namespace LightlyCluster.SelfSupervised.Tests.Datasets;

public sealed class TiffDecoderTests
{
    [Theory]
    [InlineData(Compression.NONE)]
    [InlineData(Compression.LZW)]
    [InlineData(Compression.ADOBE_DEFLATE)]
    [InlineData(Compression.PACKBITS)]
    public void A_file_decodes_to_the_pixels_that_were_written(Compression compression)
    {
        var image = TestImages.Make(37, 23);

        var decoded = ImageDecoder.Decode(Write(37, 23, 3, 8, Photometric.RGB, image.Pixels, compression), "scan.tif");

        (decoded.Width, decoded.Height).ShouldBe((37, 23));
        decoded.Pixels.ShouldBe(image.Pixels);
    }

    [Theory]
    [InlineData("rgb24", "rgb24")]
    [InlineData("gray", "gray")]
    [InlineData("rgb48le", "rgb24")]
    public void A_file_of_another_program_decodes_to_its_pixels(string stored, string compared)
    {
        Assert.SkipUnless(TestVideos.IsPossible, TestVideos.MissingReason);
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "a.tif");
        TestVideos.Run(["-f", "lavfi", "-i", "testsrc=s=50x40:d=1:r=1", "-frames:v", "1", "-pix_fmt", stored, "-compression_algo", "deflate", path]);
        var expected = TestVideos.Run(["-i", path, "-f", "rawvideo", "-pix_fmt", compared, "pipe:1"]);

        var decoded = ImageDecoder.Decode(File.ReadAllBytes(path), "a.tif").Pixels;

        var compact = compared == "gray" ? decoded.Where((_, index) => index % 3 == 0).ToArray() : decoded;
        compact.Zip(expected, (left, right) => Math.Abs(left - right)).Max().ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Gray_CMYK_and_transparency_become_plain_colours()
    {
        ImageDecoder.Decode(Write(2, 1, 1, 8, Photometric.MINISBLACK, [7, 200]), "gray.tif").Pixels.ShouldBe([7, 7, 7, 200, 200, 200]);
        ImageDecoder.Decode(Write(2, 1, 4, 8, Photometric.SEPARATED, [0, 255, 255, 0, 0, 0, 0, 255]), "cmyk.tif").Pixels.ShouldBe([255, 0, 0, 0, 0, 0]);
        ImageDecoder.Decode(Write(2, 1, 4, 8, Photometric.RGB, [10, 20, 30, 255, 200, 100, 50, 0]), "clear.tif").Pixels
            .ShouldBe([10, 20, 30, 200, 100, 50]);
    }

    [Fact]
    public void The_orientation_is_applied()
    {
        // Two pixels side by side, to be turned right: the left one comes on top.
        var turned = ImageDecoder.Decode(Write(2, 1, 3, 8, Photometric.RGB, [1, 2, 3, 4, 5, 6], orientation: Orientation.RIGHTTOP), "turned.tif");

        (turned.Width, turned.Height).ShouldBe((1, 2));
        turned.Pixels.ShouldBe([1, 2, 3, 4, 5, 6]);
    }

    [Fact]
    public void A_header_that_announces_too_many_pixels_is_refused_before_memory_is_taken() =>
        Should.Throw<CorruptImageException>(() => ImageDecoder.Decode(Write(60_000, 60_000, 3, 8, Photometric.RGB, new byte[180_000], rows: 1), "huge.tif"))
            .Reason.ShouldContain("limit");

    [Fact]
    public void A_truncated_or_damaged_file_is_named_and_never_does_worse()
    {
        var whole = Write(64, 64, 3, 8, Photometric.RGB, TestImages.Make(64, 64).Pixels, Compression.LZW);
        for (var length = 0; length < whole.Length - 1; length += whole.Length / 50)
        {
            Should.Throw<CorruptImageException>(() => ImageDecoder.Decode(whole.AsMemory(0, length), "cut.tif"));
        }

        var stream = new SelfSupervised.Randomness.RandomStream(2, SelfSupervised.Randomness.RandomPurpose.None, 0, 0, 0);
        for (var round = 0; round < 200; round++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[stream.NextInteger((uint)damaged.Length)] = (byte)stream.NextUInt32();
            damaged[whole.Length - 1 - (int)stream.NextInteger(200)] = (byte)stream.NextUInt32();
            try
            {
                ImageDecoder.Decode(damaged, "damaged.tif").Pixels.Length.ShouldBeGreaterThan(0);
            }
            catch (CorruptImageException exception)
            {
                exception.Message.ShouldStartWith("damaged.tif: ");
            }
        }
    }

    private static byte[] Write(
        int width, int height, int channels, int bits, Photometric photometric, byte[] samples, Compression compression = Compression.NONE,
        Orientation orientation = Orientation.TOPLEFT, int? rows = null)
    {
        using var stream = new MemoryStream();
        using (var tiff = Tiff.ClientOpen("memory", "w", stream, new TiffStream()))
        {
            tiff.SetField(TiffTag.IMAGEWIDTH, width);
            tiff.SetField(TiffTag.IMAGELENGTH, height);
            tiff.SetField(TiffTag.SAMPLESPERPIXEL, channels);
            tiff.SetField(TiffTag.BITSPERSAMPLE, bits);
            tiff.SetField(TiffTag.PHOTOMETRIC, photometric);
            tiff.SetField(TiffTag.PLANARCONFIG, PlanarConfig.CONTIG);
            tiff.SetField(TiffTag.COMPRESSION, compression);
            tiff.SetField(TiffTag.ORIENTATION, orientation);
            tiff.SetField(TiffTag.ROWSPERSTRIP, 16);
            if (channels == 4 && photometric == Photometric.RGB)
            {
                tiff.SetField(TiffTag.EXTRASAMPLES, 1, new[] { (short)ExtraSample.UNASSALPHA });
            }

            var line = width * channels * bits / 8;
            for (var row = 0; row < (rows ?? height); row++)
            {
                tiff.WriteScanline(samples, row * line, row, 0);
            }
        }

        return stream.ToArray();
    }
}
