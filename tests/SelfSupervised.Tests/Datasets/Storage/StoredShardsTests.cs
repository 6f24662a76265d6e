using System.Formats.Tar;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Datasets.Storage;
using LightlyCluster.Tests.Media;
using SkiaSharp;

namespace LightlyCluster.SelfSupervised.Tests.Datasets.Storage;

public sealed class StoredShardsTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private LocalS3? _server;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(LocalS3.IsPossible, LocalS3.MissingReason);
        _server = await LocalS3.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _folder.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Shards_in_storage_are_the_same_data_set_as_on_a_disk()
    {
        var (a, b) = (Shard("cat/1.png", "dog/2.png"), Shard("cat/3.png"));
        await _server!.PutAsync("sets/one/a.tar", a);
        await _server.PutAsync("sets/one/b.tar", b);
        await _server.PutAsync("sets/one/notes.txt", [1]);
        await _server.PutAsync("sets/one/deeper/c.tar", Shard("cat/9.png"));
        _folder.Write("disk/a.tar", a);
        _folder.Write("disk/b.tar", b);

        using var stored = await OpenAsync("s3://pictures/sets/one");
        using var local = LightlyDataset.FromFolder(Path.Combine(_folder.Path, "disk"));

        stored.GetFilenames().ShouldBe(["cat/1.png", "cat/3.png", "dog/2.png"]);
        stored.Source.Manifest.Digest.ShouldBe(local.Source.Manifest.Digest);
        stored[2].Image.Pixels.ShouldBe(local[2].Image.Pixels);
        stored[2].Label.ShouldBe(1);
        using var single = await OpenAsync("s3://pictures/sets/one/b.tar");
        single.GetFilenames().ShouldBe(["cat/3.png"]);
    }

    [Fact]
    public async Task A_shard_is_downloaded_once_and_again_when_it_changes()
    {
        await _server!.PutAsync("a.tar", Shard("1.png"));
        var downloads = new List<long>();
        using (await OpenAsync("s3://pictures", downloads))
        {
            downloads.Count.ShouldBeGreaterThan(1);
        }

        downloads.Clear();
        using (await OpenAsync("s3://pictures", downloads))
        {
            downloads.Count.ShouldBe(1);
        }

        await _server.PutAsync("a.tar", Shard("1.png", "2.png"));
        using var changed = await OpenAsync("s3://pictures");
        changed.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Several_processes_at_once_bring_one_good_copy()
    {
        await _server!.PutAsync("a.tar", Shard([.. Enumerable.Range(0, 50).Select(number => $"{number}.png")]));

        var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => OpenAsync("s3://pictures"))));

        opened.Select(dataset => dataset.Source.Manifest.Digest).Distinct().ShouldHaveSingleItem();
        CachedFiles().ShouldHaveSingleItem();
        Array.ForEach(opened, dataset => dataset.Dispose());
    }

    [Fact]
    public async Task A_broken_off_download_goes_on_and_a_wrong_one_is_refused()
    {
        var shard = Shard([.. Enumerable.Range(0, 50).Select(number => $"{number}.png")]);
        await _server!.PutAsync("a.tar", shard);
        (await OpenAsync("s3://pictures")).Dispose();
        var path = CachedFiles().ShouldHaveSingleItem();
        File.Delete(path);
        await File.WriteAllBytesAsync(path + ".partial", shard[..(shard.Length / 2)]);
        var downloads = new List<long>();

        (await OpenAsync("s3://pictures", downloads)).Dispose();

        downloads[0].ShouldBeGreaterThan(shard.Length / 2 / 1000);
        (await File.ReadAllBytesAsync(path)).ShouldBe(shard);
        File.Delete(path);
        await File.WriteAllBytesAsync(path + ".partial", new byte[shard.Length / 2]);
        (await Should.ThrowAsync<DatasetException>(() => OpenAsync("s3://pictures"))).Message.ShouldContain("MD5");
        CachedFiles().ShouldBeEmpty();
        (await OpenAsync("s3://pictures")).Count.ShouldBe(50);
    }

    [Fact]
    public async Task The_cache_keeps_to_its_size()
    {
        var shard = Shard([.. Enumerable.Range(0, 20).Select(number => $"{number}.png")]);
        await _server!.PutAsync("one/a.tar", shard);
        await _server.PutAsync("two/b.tar", shard);
        var limit = shard.Length + 1000;

        (await OpenAsync("s3://pictures/one", limit: limit)).Dispose();
        (await OpenAsync("s3://pictures/two", limit: limit)).Dispose();

        CachedFiles().ShouldHaveSingleItem().ShouldEndWith("b.tar");
        (await Should.ThrowAsync<DatasetException>(() => OpenAsync("s3://pictures/two", limit: 1000))).Message.ShouldContain("resources.cacheMegabytes");
    }

    [Theory]
    [InlineData("s3://pictures/empty", "holds no .tar shards")]
    [InlineData("s3://pictures/none.tar", "does not exist")]
    [InlineData("s3://nobody/x", "no bucket 'nobody'")]
    [InlineData("s3:///x", "names no bucket")]
    public async Task What_is_not_there_is_named(string address, string expected) =>
        (await Should.ThrowAsync<DatasetException>(() => OpenAsync(address))).Message.ShouldContain(expected);

    [Fact]
    public async Task A_server_that_cannot_be_reached_and_a_wrong_endpoint_are_named()
    {
        var away = new StorageOptions { Endpoint = "http://127.0.0.1:1", CacheFolder = _folder.Path };
        (await Should.ThrowAsync<StorageUnavailableException>(() => LightlyDataset.OpenAsync("s3://a/b", away, CancellationToken.None)))
            .Message.ShouldContain("http://127.0.0.1:1 cannot be reached");
        var wrong = new StorageOptions { Endpoint = "nowhere", CacheFolder = _folder.Path };
        (await Should.ThrowAsync<DatasetException>(() => LightlyDataset.OpenAsync("s3://a/b", wrong, CancellationToken.None)))
            .Message.ShouldContain("'nowhere'");
        Should.Throw<DatasetException>(() => ImageSources.Open("s3://a/b", "")).Message.ShouldContain("open it with OpenAsync");
    }

    private Task<LightlyDataset> OpenAsync(string address, List<long>? downloads = null, long limit = 1_000_000_000) => OpenAsync(
        address, new StorageOptions { Endpoint = _server!.Endpoint, CacheFolder = _folder.Path, CacheBytes = limit }, downloads);

    private static async Task<LightlyDataset> OpenAsync(string address, StorageOptions options, List<long>? downloads) =>
        new(await ImageSources.OpenAsync(
            address, new ImageSourceOptions { Storage = options, Progress = (done, _, _) => downloads?.Add(done) }, CancellationToken.None));

    private string[] CachedFiles() => [.. Directory.EnumerateFiles(Path.Combine(_folder.Path, "shards"), "*.tar", SearchOption.AllDirectories)];

    private static byte[] Shard(params string[] names)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var name in names)
            {
                var image = TestImages.Encode(TestImages.Make(8, 8, name.Length + name[^5]), SKEncodedImageFormat.Png);
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(image) });
            }
        }

        return stream.ToArray();
    }
}
