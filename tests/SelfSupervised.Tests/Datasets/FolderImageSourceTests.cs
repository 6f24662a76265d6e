using LightlyCluster.SelfSupervised.Datasets;
using SkiaSharp;

namespace LightlyCluster.SelfSupervised.Tests.Datasets;

public sealed class FolderImageSourceTests
{
    private static readonly byte[] Png = TestImages.Encode(TestImages.Make(4, 4), SKEncodedImageFormat.Png);

    [Fact]
    public void Loading_several_images_throws_what_loading_one_does()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.png", TestImages.Encode(TestImages.Make(8, 8), SKEncodedImageFormat.Png));
        folder.Write("b.png", [1, 2, 3]);
        var gone = folder.Write("c.png", TestImages.Encode(TestImages.Make(8, 8), SKEncodedImageFormat.Png));
        using var source = ImageSources.Open(folder.Path, "");

        var images = source.Load([2, 1, 0], CancellationToken.None);

        images.Select(image => image.Image is not null).ShouldBe([true, false, true]);
        images[1].Error.ShouldStartWith("b.png: ");
        File.Delete(gone);
        Should.Throw<FileNotFoundException>(() => source.Load([0, 1, 2], CancellationToken.None));
        Should.Throw<OperationCanceledException>(() => source.Load([0, 1], new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Class_folders_give_labels_in_ordinal_order()
    {
        using var folder = new TemporaryFolder();
        string[] names = ["b/2.png", "b/10.png", "B/x.JPG", "a/deep/z.webp", "a/note.txt", "lightly_outputs/p.png", ".git/q.png"];
        foreach (var name in names)
        {
            folder.Write(name, Png);
        }

        using var source = (ImageFileSource)ImageSources.Open(folder.Path, "");

        source.Manifest.Names.ShouldBe(["B/x.JPG", "a/deep/z.webp", "b/10.png", "b/2.png"]);
        source.Manifest.Labels.ShouldBe([0, 1, 2, 2]);
        source.Manifest.ClassNames.ShouldBe(["B", "a", "b"]);
        source.Decode(1).Pixels.ShouldBe(TestImages.Make(4, 4).Pixels);
    }

    [Fact]
    public void A_flat_folder_has_no_labels()
    {
        using var folder = new TemporaryFolder();
        folder.Write("b.png", Png);
        folder.Write("a.png", Png);
        folder.Write("C.jpeg", Png);

        using var source = (ImageFileSource)ImageSources.Open(folder.Path, ImageSources.Folder);

        source.Manifest.Names.ShouldBe(["C.jpeg", "a.png", "b.png"]);
        source.Manifest.Labels.ShouldBeNull();
        source.Manifest.ClassNames.ShouldBeEmpty();
    }

    [Fact]
    public void Images_beside_folders_mean_no_labels_and_none_is_left_out()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.png", Png);
        folder.Write("sub/b.png", Png);

        using var source = (ImageFileSource)ImageSources.Open(folder.Path, "");

        source.Manifest.Names.ShouldBe(["a.png", "sub/b.png"]);
        source.Manifest.Labels.ShouldBeNull();
    }

    [Fact]
    public void Order_and_digest_do_not_depend_on_the_file_system()
    {
        string[] names = ["x/1.png", "x/2.png", "y/1.png", "Y/3.png", "z/10.png"];
        using var first = new TemporaryFolder();
        using var second = new TemporaryFolder();
        foreach (var name in names)
        {
            first.Write(name, Png);
        }

        foreach (var name in names.Reverse())
        {
            second.Write(name, Png);
        }

        using var left = ImageSources.Open(first.Path, "");
        using var right = ImageSources.Open(second.Path, "");

        right.Manifest.Names.ShouldBe(left.Manifest.Names);
        right.Manifest.Digest.ShouldBe(left.Manifest.Digest);
        left.Manifest.Digest.ShouldMatch("^xxh128:[0-9a-f]{32}$");
    }

    [Fact]
    public void A_name_a_size_or_a_label_changes_the_digest()
    {
        var digests = new[]
        {
            new ImageManifest(["a", "b"], [1, 2], [0, 1], ["x", "y"]), new ImageManifest(["a", "c"], [1, 2], [0, 1], ["x", "y"]),
            new ImageManifest(["a", "b"], [1, 3], [0, 1], ["x", "y"]), new ImageManifest(["a", "b"], [1, 2], [0, 0], ["x", "y"]),
            new ImageManifest(["a", "b"], [1, 2], null, []), new ImageManifest(["a", "b"], [1, 2], [0, 1], ["x", "z"]),
        }.Select(manifest => manifest.Digest);

        digests.Distinct().Count().ShouldBe(6);
    }

    [Fact]
    public void Links_are_followed_once_and_never_in_circles()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a/1.png", Png);
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "a", "up"), folder.Path);
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "b"), Path.Combine(folder.Path, "a"));
        File.CreateSymbolicLink(Path.Combine(folder.Path, "a", "dangling.png"), "/nowhere/at/all.png");

        using var source = (ImageFileSource)ImageSources.Open(folder.Path, "");

        source.Manifest.Names.ShouldBe(["a/1.png", "b/1.png"]);
    }

    [Fact]
    public void A_file_that_changed_is_a_read_error_not_a_corrupt_image()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.png", Png);
        using var source = (ImageFileSource)ImageSources.Open(folder.Path, "");
        File.WriteAllBytes(path, Png[..10]);

        Should.Throw<IOException>(() => source.ReadBytes(0)).Message.ShouldContain("a.png");
        Should.Throw<ArgumentOutOfRangeException>(() => source.ReadBytes(1));
    }

    [Fact]
    public void Each_mistake_gets_one_clear_line()
    {
        using var folder = new TemporaryFolder();
        var text = folder.Write("note.txt", Png);

        Message(() => ImageSources.Open(folder.Path + "/none", "")).ShouldContain("does not exist");
        Message(() => ImageSources.Open(folder.Path, "")).ShouldContain(".jpg, .jpeg, .png");
        Message(() => ImageSources.Open(text, "")).ShouldContain("neither a folder nor a .tar archive");
        Message(() => ImageSources.Open(text, "folder")).ShouldContain("is a file");
        Message(() => ImageSources.Open(folder.Path, "tar")).ShouldContain("no .tar archives");
        Message(() => ImageSources.Open(folder.Path, "zip")).ShouldContain("Unknown data source 'zip'");
    }

    private static string Message(Action action)
    {
        var message = Should.Throw<DatasetException>(action).Message;
        message.ShouldNotContain("\n");
        return message;
    }
}
