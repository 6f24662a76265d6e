using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.Tasks;
using LightlyCluster.Protocol.V1;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Transforms;
using LightlyCluster.Worker.Steps;
using SkiaSharp;
using static TorchSharp.torch;

namespace LightlyCluster.Worker.Tasks.Local.Pictures;

/// <summary>Draws samples beside their views, group by group: what the model is told to ignore.</summary>
internal sealed class PreviewTask : LocalTask<PreviewRequest, PreviewResponse>
{
    private const int Side = 112;
    private const int Gap = 8;
    private const int HeadingHeight = 40;
    private const int ViewsOfGroup = 2;
    private const float TextSize = 13;

    private static readonly (string Name, InvarianceGroups Group)[] Groups =
        [("shape", InvarianceGroups.Shape), ("texture", InvarianceGroups.Texture), ("color", InvarianceGroups.Color)];

    /// <inheritdoc/>
    protected override async Task<PreviewResponse> RunAsync(PreviewRequest request, TaskReport report, CancellationToken cancellationToken)
    {
        var specification = JobSpecificationMapping.FromWire(TrainingJobSpec.Parser.ParseJson(request.Specification));
        using var source = await JobPreparation.OpenAsync(specification, cancellationToken);
        return Draw(request, specification, source);
    }

    private static PreviewResponse Draw(PreviewRequest request, JobSpecification specification, ImageSource source)
    {
        var (indices, images) = Load(source, Math.Min(request.Count, source.Manifest.Count));
        if (images.Count == 0)
        {
            throw new DatasetException($"No image of '{specification.Data.Path}' decodes.");
        }

        var columns = MakeColumns(specification, images, indices);
        try
        {
            return Draw(request, columns, [.. indices.Select(index => source.Manifest.Names[index])], images.Count);
        }
        finally
        {
            columns.ForEach(column => column.Tiles.ForEach(tile => tile.Dispose()));
        }
    }

    private static (List<int> Indices, List<DecodedImage> Images) Load(ImageSource source, int count)
    {
        var wanted = Enumerable.Range(0, count).Select(place => (int)((long)place * source.Manifest.Count / count)).ToArray();
        var loaded = source.Load(wanted, CancellationToken.None);
        return (
            [.. wanted.Where((_, place) => loaded[place].Image is not null)],
            [.. loaded.Where(entry => entry.Image is not null).Select(entry => entry.Image!)]);
    }

    private static List<Column> MakeColumns(JobSpecification specification, List<DecodedImage> images, List<int> indices)
    {
        var views = ViewFactory.Create(specification);
        var preset = new TransformPreset("views", views.Views);
        var columns = new List<Column> { new("original", "", [.. images.Select(ImageTiles.Of)]) };
        foreach (var (name, group) in Groups)
        {
            var isOn = preset.WithInvariances(InvarianceGroups.None).Views[0] != preset.WithInvariances(group).Views[0];
            for (var view = 0; view < (isOn ? ViewsOfGroup : 1); view++)
            {
                var only = new ViewPipeline([preset.WithInvariances(group).Views[view % views.ViewCount]]);
                columns.Add(new($"{name} only", isOn ? $"draw {view + 1}" : "switched off", Render(only, images, indices, specification.Train.Seed, view, 0)));
            }
        }

        for (var view = 0; view < views.ViewCount; view++)
        {
            columns.Add(new("together", $"view {view + 1}", Render(views, images, indices, specification.Train.Seed, 0, view)));
        }

        return columns;
    }

    private static List<SKBitmap> Render(ViewPipeline views, List<DecodedImage> images, List<int> indices, ulong seed, long epoch, int view)
    {
        using var scope = NewDisposeScope();
        var batch = views.Apply(images, [.. indices.Select(index => (long)index)], seed, epoch, view, CPU);
        return [.. Enumerable.Range(0, images.Count).Select(index => ImageTiles.Of(batch, index, views.Views[view].Normalize))];
    }

    private static PreviewResponse Draw(PreviewRequest request, List<Column> columns, IReadOnlyList<string> names, int rows)
    {
        var width = Gap + (columns.Count * (Side + Gap));
        var height = HeadingHeight + (rows * (Side + Gap));
        using var bitmap = new SKBitmap(width, height);
        using var canvas = new SKCanvas(bitmap);
        using var typeface = SKTypeface.FromFile(request.Font);
        using var font = new SKFont(typeface, TextSize);
        using var paint = new SKPaint { Color = SKColors.Black, IsAntialias = true };
        canvas.Clear(SKColors.White);
        for (var column = 0; column < columns.Count; column++)
        {
            var left = Gap + (column * (Side + Gap));
            canvas.DrawText(columns[column].Heading, left, TextSize + 2, font, paint);
            canvas.DrawText(columns[column].Detail, left, (2 * TextSize) + 6, font, paint);
            for (var row = 0; row < rows; row++)
            {
                var tile = columns[column].Tiles[row];
                using var image = SKImage.FromBitmap(tile);
                canvas.DrawImage(
                    image, ImageTiles.Fit(tile, left, HeadingHeight + (row * (Side + Gap)), Side), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
            }
        }

        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(request.Out, data.ToArray());
        return new(request.Out, names, [.. columns.Select(column => column.Detail.Length > 0 ? $"{column.Heading}, {column.Detail}" : column.Heading)], width, height);
    }

    private sealed record Column(string Heading, string Detail, List<SKBitmap> Tiles);
}
