using System.Formats.Tar;
using System.Text;
using LightlyCluster.SelfSupervised.Datasets;
using SkiaSharp;

namespace LightlyCluster.SelfSupervised.Tests.Datasets;

public sealed class TarImageSourceTests
{
    private static readonly byte[] Png = TestImages.Encode(TestImages.Make(4, 4), SKEncodedImageFormat.Png);

    [Theory]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Gnu)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.V7)]
    public void An_archive_with_a_thousand_members_is_indexed_and_read(TarEntryFormat format)
    {
        using var folder = new TemporaryFolder();
        var members = Enumerable.Range(0, 1000).Select(index => ($"class{index % 10}/{index:D4}.png", Marked(index))).ToList();
        var path = WriteTar(folder, "set.tar", format, members);

        using var source = (ImageFileSource)ImageSources.Open(path, "");

        source.Manifest.Count.ShouldBe(1000);
        source.Manifest.ClassNames.Length.ShouldBe(10);
        foreach (var index in new[] { 0, 1, 499, 999 })
        {
            var number = int.Parse(source.Manifest.Names[index][7..11]);
            source.ReadBytes(index).ShouldBe(Marked(number));
            source.Manifest.Labels![index].ShouldBe(number % 10);
        }
    }

    [Theory]
    [InlineData(TarEntryFormat.Gnu)]
    [InlineData(TarEntryFormat.Pax)]
    public void Long_names_are_read_whole(TarEntryFormat format)
    {
        using var folder = new TemporaryFolder();
        var name = $"klasse-ä/{new string('x', 180)}/{new string('y', 180)}.png";
        var path = WriteTar(folder, "long.tar", format, [(name, Png), ("klasse-b/short.png", Png)]);

        using var source = (ImageFileSource)ImageSources.Open(path, "tar");

        source.Manifest.Names.ShouldBe(["klasse-b/short.png", name]);
        source.Decode(1).Width.ShouldBe(4);
    }

    [Fact]
    public void Several_archives_are_one_data_set_in_the_order_of_names()
    {
        using var folder = new TemporaryFolder();
        WriteTar(folder, "two.tar", TarEntryFormat.Ustar, [("a/2.png", Marked(2)), ("b/4.png", Marked(4))]);
        WriteTar(folder, "one.tar", TarEntryFormat.Ustar, [("b/3.png", Marked(3)), ("a/1.png", Marked(1))]);

        using var source = (ImageFileSource)ImageSources.Open(folder.Path, "");

        source.Manifest.Names.ShouldBe(["a/1.png", "a/2.png", "b/3.png", "b/4.png"]);
        source.Manifest.Labels.ShouldBe([0, 0, 1, 1]);
        Enumerable.Range(0, 4).Select(index => source.ReadBytes(index)[^1]).ShouldBe(new byte[] { 1, 2, 3, 4 });
    }

    [Fact]
    public void Equal_names_in_two_archives_are_told_apart()
    {
        using var folder = new TemporaryFolder();
        WriteTar(folder, "a.tar", TarEntryFormat.Ustar, [("cat/1.png", Marked(1))]);
        WriteTar(folder, "b.tar", TarEntryFormat.Ustar, [("cat/1.png", Marked(2)), ("dog/1.png", Marked(3))]);

        using var source = (ImageFileSource)ImageSources.Open(folder.Path, "tar");

        source.Manifest.Names.ShouldBe(["a.tar/cat/1.png", "b.tar/cat/1.png", "b.tar/dog/1.png"]);
        source.Manifest.ClassNames.ShouldBe(["cat", "dog"]);
        source.Manifest.Labels.ShouldBe([0, 0, 1]);
    }

    [Fact]
    public void WebDataset_samples_take_their_label_from_the_cls_member()
    {
        using var folder = new TemporaryFolder();
        var path = WriteTar(folder, "shard.tar", TarEntryFormat.Ustar,
        [
            ("0001.cls", "3"u8.ToArray()), ("0001.jpg", Png), ("0001.json", "{}"u8.ToArray()),
            ("0000.jpg", Png), ("0000.cls", "1\n"u8.ToArray()),
        ]);

        using var source = (ImageFileSource)ImageSources.Open(path, "");

        source.Manifest.Names.ShouldBe(["0000.jpg", "0001.jpg"]);
        source.Manifest.Labels.ShouldBe([1, 3]);
        source.Manifest.ClassNames.ShouldBe(["0", "1", "2", "3"]);
    }

    [Fact]
    public void A_sample_without_its_label_is_named()
    {
        using var folder = new TemporaryFolder();
        var path = WriteTar(folder, "shard.tar", TarEntryFormat.Ustar, [("1.cls", "3"u8.ToArray()), ("1.jpg", Png), ("2.jpg", Png)]);

        Should.Throw<DatasetException>(() => ImageSources.Open(path, "")).Message.ShouldContain("2.jpg");
    }

    [Theory]
    [InlineData(100)]
    [InlineData(600)]
    [InlineData(1100)]
    [InlineData(-1024)]
    public void An_archive_that_was_cut_short_says_so(int length)
    {
        using var folder = new TemporaryFolder();
        var path = WriteTar(folder, "set.tar", TarEntryFormat.Ustar, [("a/1.png", new byte[1000]), ("a/2.png", new byte[1000])]);
        var bytes = File.ReadAllBytes(path);
        // Behind the members stand two blocks of zeros and padding; without them the end may be missing.
        var end = bytes.AsSpan().LastIndexOfAnyExcept((byte)0);
        File.WriteAllBytes(path, bytes[..(length > 0 ? length : (end / 512 * 512) + 512)]);

        Should.Throw<DatasetException>(() => ImageSources.Open(path, "")).Message.ShouldContain("cut short");
    }

    [Theory]
    [InlineData("../evil.png")]
    [InlineData("/etc/evil.png")]
    [InlineData("a/../../evil.png")]
    public void Names_that_lead_out_of_the_archive_are_refused(string name)
    {
        using var folder = new TemporaryFolder();
        var path = WriteTar(folder, "set.tar", TarEntryFormat.Pax, [("a/1.png", Png), (name, Png)]);

        Should.Throw<DatasetException>(() => ImageSources.Open(path, "")).Message.ShouldContain("leads out");
    }

    [Fact]
    public void A_file_that_is_no_archive_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("fake.tar", Encoding.ASCII.GetBytes(new string('x', 3000)));
        var empty = folder.Write("empty.tar", new byte[1024]);

        Should.Throw<DatasetException>(() => ImageSources.Open(path, "")).Message.ShouldContain("no tar archive");
        Should.Throw<DatasetException>(() => ImageSources.Open(empty, "")).Message.ShouldContain("no images");
    }

    [Fact]
    public void Several_threads_read_at_once()
    {
        using var folder = new TemporaryFolder();
        var members = Enumerable.Range(0, 200).Select(index => ($"c/{index:D3}.png", Marked(index))).ToList();
        using var source = (ImageFileSource)ImageSources.Open(WriteTar(folder, "set.tar", TarEntryFormat.Ustar, members), "");

        Parallel.For(0, 2000, round => source.ReadBytes(round % 200).ShouldBe(Marked(round % 200)));
    }

    private static byte[] Marked(int number) => [.. Png, (byte)(number >> 8), (byte)number];

    private static string WriteTar(TemporaryFolder folder, string name, TarEntryFormat format, List<(string Name, byte[] Bytes)> members)
    {
        var path = Path.Combine(folder.Path, name);
        using var stream = File.Create(path);
        using var writer = new TarWriter(stream, format);
        foreach (var (memberName, bytes) in members)
        {
            var kind = format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile;
            TarEntry entry = format switch
            {
                TarEntryFormat.V7 => new V7TarEntry(kind, memberName),
                TarEntryFormat.Ustar => new UstarTarEntry(kind, memberName),
                TarEntryFormat.Gnu => new GnuTarEntry(kind, memberName),
                _ => new PaxTarEntry(kind, memberName),
            };
            entry.DataStream = new MemoryStream(bytes);
            writer.WriteEntry(entry);
        }

        return path;
    }
}
