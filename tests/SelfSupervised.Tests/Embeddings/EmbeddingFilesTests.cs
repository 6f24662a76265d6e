using LightlyCluster.SelfSupervised.Checkpoints;
using LightlyCluster.SelfSupervised.Embeddings;

namespace LightlyCluster.SelfSupervised.Tests.Embeddings;

public sealed class EmbeddingFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("embeddings-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("lightly-csv", "e.csv", true)]
    [InlineData("csv", "e.csv", false)]
    [InlineData("parquet", "e.parquet", true)]
    [InlineData("npy", "e.npy", true)]
    [InlineData("safetensors", "e.safetensors", true)]
    public async Task Every_format_gives_back_what_was_written(string format, string name, bool hasLabels)
    {
        var path = Path.Combine(_folder, name);
        using var table = Table();

        await EmbeddingFiles.WriteAsync(path, EmbeddingFiles.FormatOf(format, path), table, CancellationToken.None);
        using var read = await EmbeddingFiles.ReadAsync(path, CancellationToken.None);

        read.Names.ShouldBe(table.Names);
        read.ReadAll().ShouldBe(table.ReadAll());
        read.Labels.ShouldBe(hasLabels ? table.Labels : null);
        Directory.GetFiles(_folder, "*.partial").ShouldBeEmpty();
    }

    [Fact]
    public async Task Class_names_survive_in_safetensors_and_other_readers_see_plain_tensors()
    {
        var path = Path.Combine(_folder, "e.safetensors");
        using var table = Table();

        await EmbeddingFiles.WriteAsync(path, EmbeddingFormat.Safetensors, table, CancellationToken.None);

        using var read = await EmbeddingFiles.ReadAsync(path, CancellationToken.None);
        read.ClassNames.ShouldBe(["bag", "dress"]);
        using var content = Safetensors.Read(path);
        content.Tensors["embeddings"].shape.ShouldBe([3, 2]);
        content.Tensors["labels"].shape.ShouldBe([3]);
    }

    [Fact]
    public async Task A_long_table_passes_the_blocks_of_every_format()
    {
        const int Count = 70_000;
        var values = Enumerable.Range(0, Count * 2).Select(index => index * 0.25f).ToArray();
        using var table = new EmbeddingTable([.. Enumerable.Range(0, Count).Select(index => $"{index:D6}.png")], new ArrayRows(values, 2));

        foreach (var name in new[] { "a.parquet", "a.npy", "a.safetensors" })
        {
            var path = Path.Combine(_folder, name);
            await EmbeddingFiles.WriteAsync(path, EmbeddingFiles.FormatOf("", path), table, CancellationToken.None);
            using var read = await EmbeddingFiles.ReadAsync(path, CancellationToken.None);
            read.ReadAll().ShouldBe(values, name);
            read.Names[^1].ShouldBe("069999.png");
        }
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("filenames,embedding_0,labels\n", "only a header")]
    [InlineData("filenames, embedding_0,labels\na,1,0\n", "white space")]
    [InlineData("name,embedding_0\na,1\n", "does not begin with")]
    [InlineData("filenames,embedding_0,price\na,1,0\n", "'price'")]
    [InlineData("filenames,embedding_0,labels\na,1,0\n\nb,1,0\n", "line 3 is empty")]
    [InlineData("filenames,embedding_0,labels\na,1,0\nb,1\n", "line 3 has 2 fields")]
    [InlineData("filenames,embedding_0,labels\na,x,0\n", "'x'")]
    [InlineData("filenames,embedding_0,labels\n\"a,1,0\n", "never closed")]
    public async Task A_wrong_table_is_refused_with_its_place(string text, string part)
    {
        var path = Path.Combine(_folder, "e.csv");
        await File.WriteAllTextAsync(path, text);

        (await Should.ThrowAsync<EmbeddingFileException>(() => EmbeddingFiles.ReadAsync(path, CancellationToken.None))).Message.ShouldContain(part);
    }

    [Theory]
    [InlineData("e.npy")]
    [InlineData("e.safetensors")]
    [InlineData("e.parquet")]
    public async Task A_file_that_is_cut_short_or_of_another_kind_is_refused(string name)
    {
        var path = Path.Combine(_folder, name);
        using var table = Table();
        await EmbeddingFiles.WriteAsync(path, EmbeddingFiles.FormatOf("", path), table, CancellationToken.None);
        var bytes = await File.ReadAllBytesAsync(path);

        await File.WriteAllBytesAsync(path, bytes[..^5]);
        await Should.ThrowAsync<EmbeddingFileException>(() => EmbeddingFiles.ReadAsync(path, CancellationToken.None));
        await File.WriteAllTextAsync(path, "this is a text");
        await Should.ThrowAsync<EmbeddingFileException>(() => EmbeddingFiles.ReadAsync(path, CancellationToken.None));
    }

    [Fact]
    public async Task A_missing_file_and_an_unknown_extension_are_said()
    {
        (await Should.ThrowAsync<EmbeddingFileException>(() => EmbeddingFiles.ReadAsync("none.csv", CancellationToken.None)))
            .Message.ShouldContain("none.csv");
        Should.Throw<EmbeddingFileException>(() => EmbeddingFiles.FormatOf("", "a.txt")).Message.ShouldContain(".parquet");
        Should.Throw<EmbeddingFileException>(() => EmbeddingFiles.FormatOf("xls", "a.csv")).Message.ShouldContain("lightly-csv");
    }

    private static EmbeddingTable Table() => new(
        ["bag/a,b.png", "dress/\"c\".png", "dress/d.png"],
        new ArrayRows([1.5f, -0.1f, 1e-30f, 3.14159274f, 0, 7], 2),
        [0, 1, 1],
        ["bag", "dress"]);
}
