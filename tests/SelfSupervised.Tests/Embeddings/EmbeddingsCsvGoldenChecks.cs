using LightlyCluster.SelfSupervised.Embeddings;
using LightlyCluster.SelfSupervised.Tests.Golden;

namespace LightlyCluster.SelfSupervised.Tests.Embeddings;

internal static class EmbeddingsCsvGoldenChecks
{
    [GoldenCheck("lightly.utils.io.save_embeddings")]
    internal static void CheckCsv(GoldenCase golden)
    {
        var table = golden.Inputs.GetProperty("embeddings");
        var dimension = table.GetProperty("shape")[1].GetInt32();
        var rows = table.GetProperty("data").EnumerateArray().Select(item => item.GetDouble()).Chunk(dimension).ToArray();
        using var writer = new StringWriter();

        EmbeddingsCsv.Write(
            writer,
            [.. golden.Inputs.GetProperty("filenames").EnumerateArray().Select(name => name.GetString()!)],
            rows,
            [.. golden.Inputs.GetProperty("labels").EnumerateArray().Select(label => label.GetInt32())]);

        writer.ToString().ShouldBe(golden.Expected.GetProperty("csv_text").GetString());
    }
}
