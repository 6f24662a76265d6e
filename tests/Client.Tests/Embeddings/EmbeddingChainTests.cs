using System.Text.Json;
using LightlyCluster.Client.Tests.Commands;
using SkiaSharp;

namespace LightlyCluster.Client.Tests.Embeddings;

/// <summary>From a trained run to embeddings, samples, measures, exports and pictures, as a user types it.</summary>
public sealed class EmbeddingChainTests(TrainedRun trained) : IClassFixture<TrainedRun>
{
    [Fact]
    public async Task Two_workers_write_the_file_of_one_and_leave_nothing_beside_it()
    {
        var two = await LightlyProgram.RunAsync(
            "embed", "--checkpoint", trained.Run, "--out", trained["two.csv"], "--workers", "2", "--block-images", "8", "-o", "json");

        two.ExitCode.ShouldBe(0, two.Errors);
        var result = Json(two);
        (result.GetProperty("embeddings").GetInt32(), result.GetProperty("dimension").GetInt32(), result.GetProperty("blocksTotal").GetInt32())
            .ShouldBe((40, 32, 5));
        (await File.ReadAllBytesAsync(trained["two.csv"])).ShouldBe(await File.ReadAllBytesAsync(trained.Embeddings));
        (await File.ReadAllLinesAsync(trained.Embeddings))[0].ShouldStartWith("filenames,embedding_0,");
        Directory.Exists(trained["two.csv.blocks"]).ShouldBeFalse();
        two.Errors.ShouldContain("5/5 blocks");
    }

    [Fact]
    public async Task Exported_weights_and_principal_components_can_be_embedded()
    {
        var exported = Path.Combine(trained.Run, "exported_models", "exported_last.safetensors");
        var plain = await LightlyProgram.RunAsync(
            "embed", "--checkpoint", exported, "--data", trained.Images, "--out", trained["exported.csv"], "--workers", "1", "--block-images", "8");
        var reduced = await LightlyProgram.RunAsync(
            "embed", "--checkpoint", trained.Run, "--out", trained["reduced.parquet"], "--pca", "4", "--workers", "1", "-o", "json");

        plain.ExitCode.ShouldBe(0, plain.Errors);
        (await File.ReadAllBytesAsync(trained["exported.csv"])).ShouldBe(await File.ReadAllBytesAsync(trained.Embeddings));
        Json(reduced).GetProperty("dimension").GetInt32().ShouldBe(4);
    }

    [Fact]
    public async Task Sampling_writes_names_in_order_of_choice_and_a_report()
    {
        var many = await LightlyProgram.RunAsync("sample", trained.Embeddings, "--count", "12", "--out", trained["many.txt"], "-o", "json");
        var few = await LightlyProgram.RunAsync("sample", trained.Embeddings, "--count", "0.125", "--out", trained["few.txt"]);
        var more = await LightlyProgram.RunAsync(
            "sample", trained.Embeddings, "--count", "8", "--preselected", trained["few.txt"], "--new-only", "--out", trained["more.txt"]);

        (many.ExitCode, few.ExitCode, more.ExitCode).ShouldBe((0, 0, 0), many.Errors + few.Errors + more.Errors);
        var names = await File.ReadAllLinesAsync(trained["many.txt"]);
        names.ShouldBeUnique();
        names.Length.ShouldBe(12);
        (await File.ReadAllLinesAsync(trained["few.txt"])).ShouldBe(names.Take(5));
        (await File.ReadAllLinesAsync(trained["more.txt"])).ShouldBe(names.Skip(5).Take(3));
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(trained["many.report.json"]));
        report.RootElement.GetProperty("coverageRadius").GetDouble().ShouldBe(Json(many).GetProperty("coverageRadius").GetDouble());
        report.RootElement.GetProperty("samplesInOrder").GetArrayLength().ShouldBe(12);
    }

    [Fact]
    public async Task Scores_steer_the_choice()
    {
        var all = (await File.ReadAllLinesAsync(trained.Embeddings)).Skip(1).Select(line => line.Split(',')[0]).ToArray();
        var scores = trained.Write("scores.csv", "filename,score\n" + string.Concat(all.Select(name => $"{name},{(name.StartsWith("even", StringComparison.Ordinal) ? 1 : 0)}\n")));

        var weighted = await LightlyProgram.RunAsync(
            "sample", trained.Embeddings, "--method", "weighted", "--scores", scores, "--count", "10", "--out", trained["weighted.txt"]);

        weighted.ExitCode.ShouldBe(0, weighted.Errors);
        (await File.ReadAllLinesAsync(trained["weighted.txt"])).ShouldAllBe(name => name.StartsWith("even/"));
    }

    [Theory]
    [InlineData("knn")]
    [InlineData("linear")]
    public async Task Classes_are_told_apart_by_a_file_or_by_a_checkpoint(string kind)
    {
        var file = await LightlyProgram.RunAsync("evaluate", kind, trained.Embeddings, "-o", "json");
        var checkpoint = await LightlyProgram.RunAsync("evaluate", kind, "--checkpoint", trained.Run, "--workers", "1", "--block-images", "8", "-o", "json");

        file.ExitCode.ShouldBe(0, file.Errors);
        checkpoint.ExitCode.ShouldBe(0, checkpoint.Errors);
        Json(file).GetProperty("top1").GetDouble().ShouldBeInRange(0.5, 1);
        Json(file).GetProperty("testImages").GetInt32().ShouldBe(8);
        Json(checkpoint).GetProperty("top1").GetDouble().ShouldBe(Json(file).GetProperty("top1").GetDouble());
    }

    [Theory]
    [InlineData("model.onnx", 32)]
    [InlineData("model.pt", 32)]
    [InlineData("model.safetensors", 32)]
    public async Task A_backbone_is_exported_with_its_size(string name, int features)
    {
        var export = await LightlyProgram.RunAsync("export", "--checkpoint", trained.Run, "--out", trained[name], "-o", "json");

        export.ExitCode.ShouldBe(0, export.Errors);
        Json(export).GetProperty("features").GetInt32().ShouldBe(features);
        Json(export).GetProperty("bytes").GetInt64().ShouldBe(new FileInfo(trained[name]).Length);
    }

    [Fact]
    public async Task A_preview_shows_each_sample_beside_what_each_invariance_does()
    {
        var preview = await LightlyProgram.RunAsync(
            "preview", "--data", trained.Images, "--method", "simclr", "--image-size", "32", "--set", "transforms.invariances.color=false",
            "--count", "3", "--out", trained["preview.png"], "-o", "json");

        preview.ExitCode.ShouldBe(0, preview.Errors);
        var columns = Json(preview).GetProperty("columns").EnumerateArray().Select(column => column.GetString()).ToArray();
        columns.ShouldContain("color only, switched off");
        columns.ShouldContain("shape only, draw 1");
        using var bitmap = SKBitmap.Decode(trained["preview.png"]);
        (bitmap.Width, bitmap.Height).ShouldBe((Json(preview).GetProperty("width").GetInt32(), Json(preview).GetProperty("height").GetInt32()));
        bitmap.Pixels.Distinct().Count().ShouldBeGreaterThan(100);
    }

    private static JsonElement Json(LightlyProgram run) => JsonDocument.Parse(run.Output).RootElement;
}
