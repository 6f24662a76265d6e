using System.Text.Json;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Tests.Golden;
using LightlyCluster.SelfSupervised.Tests.Transforms;
using LightlyCluster.SelfSupervised.Transforms;
using SkiaSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Datasets;

/// <summary>Collate functions and data sets against lightly's results.</summary>
internal static class CollateGoldenChecks
{
    [GoldenCheck("lightly.data.collate.BaseCollateFunction")]
    internal static void CheckBaseCollate(GoldenCase golden)
    {
        var transform = new CountingTransform();
        using var batch = new BaseCollateFunction(transform).Collate(Samples(golden), 1, 0);
        var ((view0, view1), labels, names) = batch;

        RequireEqual(view0, golden.Expected.GetProperty("view0"));
        RequireEqual(view1, golden.Expected.GetProperty("view1"));
        RequireEqual(labels, golden.Expected.GetProperty("labels"));
        names.ShouldBe(Texts(golden.Expected.GetProperty("filenames")));
        transform.Calls.Take(names.Count).ShouldBe(Numbers(golden.Expected.GetProperty("call_number_per_sample_view0")));
        transform.Calls.Skip(names.Count).ShouldBe(Numbers(golden.Expected.GetProperty("call_number_per_sample_view1")));
    }

    [GoldenCheck("lightly.data.collate.MultiViewCollateFunction")]
    internal static void CheckMultiViewCollateFunction(GoldenCase golden)
    {
        var size = golden.Inputs.GetProperty("images_hwc")[0].GetProperty("shape");
        var plain = CountingTransform.Plain with { InputSize = new ImageSize(size[0].GetInt32(), size[1].GetInt32()) };
        var collate = new MultiViewCollateFunction([plain, plain with { HfProb = 1 }]);
        using var batch = collate.Collate(Samples(golden), 1, 0);

        var expected = golden.Expected.GetProperty("views");
        batch.Views.Count.ShouldBe(expected.GetArrayLength());
        for (var view = 0; view < batch.Views.Count; view++)
        {
            RequireEqual(batch.Views[view], expected[view]);
        }

        RequireEqual(batch.Labels, golden.Expected.GetProperty("labels"));
        batch.Names.ShouldBe(Texts(golden.Expected.GetProperty("filenames")));
    }

    [GoldenCheck("lightly.data.multi_view_collate.MultiViewCollate")]
    internal static void CheckMultiViewCollate(GoldenCase golden)
    {
        var labels = Numbers(golden.Inputs.GetProperty("labels"));
        var names = Texts(golden.Inputs.GetProperty("filenames"));
        var samples = golden.Inputs.GetProperty("views_per_sample").EnumerateArray()
            .Select((views, index) => (
                (IReadOnlyList<Tensor>)[.. views.EnumerateArray().Select(view => GoldenTensor.Read(view))], labels[index], names[index]))
            .ToArray();

        using var batch = MultiViewCollate.Collate(samples);

        var expected = golden.Expected.GetProperty("views");
        for (var view = 0; view < batch.Views.Count; view++)
        {
            RequireEqual(batch.Views[view], expected[view]);
        }

        RequireEqual(batch.Labels, golden.Expected.GetProperty("labels"));
        batch.Names.ShouldBe(Texts(golden.Expected.GetProperty("filenames")));
    }

    [GoldenCheck("lightly.data.LightlyDataset")]
    internal static void CheckDataset(GoldenCase golden)
    {
        var image = TestImages.Encode(TestImages.Make(4, 4), SKEncodedImageFormat.Png);
        using var sub = new TemporaryFolder();
        foreach (var folder in golden.Inputs.GetProperty("sub").EnumerateObject())
        {
            foreach (var name in Texts(folder.Value))
            {
                sub.Write($"{folder.Name}/{name}", image);
            }
        }

        using var flat = new TemporaryFolder();
        foreach (var name in Texts(golden.Inputs.GetProperty("flat")))
        {
            flat.Write(name, image);
        }

        RequireDataset(sub, golden.Expected.GetProperty("sub"), []);

        // The file's list of the flat folder's inputs does not name every file that its result has.
        var expected = golden.Expected.GetProperty("flat");
        RequireDataset(flat, expected, [.. Texts(expected.GetProperty("filenames")).Except(Texts(golden.Inputs.GetProperty("flat")))]);
    }

    private static void RequireDataset(TemporaryFolder folder, JsonElement expected, string[] added)
    {
        foreach (var name in added)
        {
            folder.Write(name, TestImages.Encode(TestImages.Make(4, 4), SKEncodedImageFormat.Webp));
        }

        using var dataset = LightlyDataset.FromFolder(folder.Path);

        // Ours takes .gif in addition to lightly's list.
        var common = Enumerable.Range(0, dataset.Count)
            .Where(index => !dataset.GetFilenames()[index].EndsWith(".gif", StringComparison.OrdinalIgnoreCase)).ToArray();
        common.Select(index => dataset.GetFilenames()[index]).ShouldBe(Texts(expected.GetProperty("filenames")));
        common.Select(index => dataset[index].Label).ShouldBe(Numbers(expected.GetProperty("labels")));
    }

    private static ImageSample[] Samples(GoldenCase golden)
    {
        var labels = Numbers(golden.Inputs.GetProperty("labels"));
        return [.. golden.Inputs.GetProperty("images_hwc").EnumerateArray()
            .Select((pixels, index) => new ImageSample(PixelGoldenChecks.ReadImage(pixels), labels[index], $"img_{index}.png", index))];
    }

    private static void RequireEqual(Tensor actual, JsonElement expected)
    {
        var values = GoldenTensor.Read(expected);
        actual.dtype.ShouldBe(values.dtype);
        actual.shape.ShouldBe(values.shape);
        (actual - values).abs().max().to(float32).item<float>().ShouldBeLessThan(1e-6f);
    }

    private static int[] Numbers(JsonElement list) =>
        [.. (list.ValueKind == JsonValueKind.Array ? list : list.GetProperty("data")).EnumerateArray().Select(item => item.GetInt32())];

    private static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetString()!)];

    /// <summary>lightly's ToTensor, with a note of the calls.</summary>
    private sealed class CountingTransform : IViewTransform
    {
        public static ViewTransformOptions Plain { get; } = new ViewTransformOptions { Normalize = ChannelNormalization.Identity }
            .WithInvariances(InvarianceGroups.None);

        private int _count;

        public List<int> Calls { get; } = [];

        public Tensor Apply(IReadOnlyList<DecodedImage> images, IReadOnlyList<long> sampleIds, ulong seed, long epoch, int view)
        {
            Calls.AddRange(images.Select(_ => ++_count));
            var options = Plain with { InputSize = new ImageSize(images[0].Height, images[0].Width) };
            return new ViewTransform(options).Apply(images, sampleIds, seed, epoch, view);
        }
    }
}
