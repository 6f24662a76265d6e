using System.Reflection;
using System.Text.Json;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Tests.Golden;
using LightlyCluster.SelfSupervised.Transforms;

namespace LightlyCluster.SelfSupervised.Tests.Transforms;

/// <summary>Compares the list of operations of each of our transforms and collate functions with lightly's.</summary>
internal static class DefinitionGoldenChecks
{
    private const string JitterMark = "ColorJitter";
    private const string SingleViewMark = "ViewTransform";

    [GoldenCheck("lightly.transforms.SimCLRTransform")]
    [GoldenCheck("lightly.transforms.MoCoV1Transform")]
    [GoldenCheck("lightly.transforms.MoCoV2Transform")]
    [GoldenCheck("lightly.transforms.SimSiamTransform")]
    [GoldenCheck("lightly.transforms.FastSiamTransform")]
    [GoldenCheck("lightly.transforms.MMCRTransform")]
    [GoldenCheck("lightly.transforms.BYOLTransform")]
    [GoldenCheck("lightly.transforms.SimCLRViewTransform")]
    [GoldenCheck("lightly.transforms.SimSiamViewTransform")]
    [GoldenCheck("lightly.transforms.DINOViewTransform")]
    [GoldenCheck("lightly.transforms.MSNViewTransform")]
    [GoldenCheck("lightly.transforms.VICRegViewTransform")]
    [GoldenCheck("lightly.transforms.BYOLView1Transform")]
    [GoldenCheck("lightly.transforms.BYOLView2Transform")]
    [GoldenCheck("lightly.transforms.TiCoTransform")]
    [GoldenCheck("lightly.transforms.VICRegTransform")]
    [GoldenCheck("lightly.transforms.SwaVTransform")]
    [GoldenCheck("lightly.data.collate.ImageCollateFunction")]
    [GoldenCheck("lightly.data.collate.SimCLRCollateFunction")]
    [GoldenCheck("lightly.data.collate.MoCoCollateFunction")]
    [GoldenCheck("lightly.data.collate.VICRegCollateFunction")]
    [GoldenCheck("lightly.data.collate.SwaVCollateFunction")]
    [GoldenCheck("lightly.data.collate.DINOCollateFunction")]
    [GoldenCheck("lightly.data.collate.MSNCollateFunction")]
    internal static void CheckOperations(GoldenCase golden) => Compare(golden, _ => false);

    /// <summary>lightly does not pass all arguments of the jitter to the second large view; we do.</summary>
    [GoldenCheck("lightly.transforms.DINOTransform")]
    internal static void CheckDino(GoldenCase golden) => Compare(golden, view => view == 1);

    /// <summary>lightly does not pass all arguments of the jitter to the focal views; we do.</summary>
    [GoldenCheck("lightly.transforms.MSNTransform")]
    internal static void CheckMsn(GoldenCase golden) => Compare(golden, view => view >= (int)golden.Number("random_views", 2));

    private static void Compare(GoldenCase golden, Predicate<int> hasLightlysJitter)
    {
        var definition = golden.Root.GetProperty("definition");
        var expected = ExpectedViews(definition);
        var ours = OurViews(golden);
        if (definition.TryGetProperty("num_views", out var count))
        {
            ours.Count.ShouldBe(count.GetInt32());
        }

        if (expected.Count == 1)
        {
            // A collate function lists the one transform that it calls for both views.
            expected = [.. Enumerable.Repeat(expected[0], ours.Count)];
        }

        ours.Count.ShouldBe(expected.Count);
        for (var view = 0; view < ours.Count; view++)
        {
            var isSpecial = hasLightlysJitter(view);
            Describe(ours[view], isSpecial).ShouldBe(Flatten(expected[view], isSpecial), $"view {view}");
        }
    }

    private static List<JsonElement> ExpectedViews(JsonElement definition)
    {
        if (!definition.TryGetProperty("view_of", out var viewOf))
        {
            return [definition];
        }

        var views = definition.GetProperty("views");
        return [.. viewOf.EnumerateArray().Select(index => views[index.GetInt32()])];
    }

    private static IReadOnlyList<ViewTransformOptions> OurViews(GoldenCase golden)
    {
        var name = golden.Target[(golden.Target.LastIndexOf('.') + 1)..];
        if (name.EndsWith(SingleViewMark, StringComparison.Ordinal) && !name.StartsWith("BYOL", StringComparison.Ordinal))
        {
            return [SingleView(name, golden.Parameters)];
        }

        var type = typeof(MultiViewTransform).Assembly.GetExportedTypes().Single(candidate => candidate.Name == name);
        return Create(type, golden.Parameters) switch
        {
            MultiViewTransform transform => transform.Views,
            MultiViewCollateFunction collate => [.. collate.Transforms.Select(transform => ((ViewTransform)transform).Options)],
            var other => throw new InvalidOperationException($"{other} has no views."),
        };
    }

    /// <summary>lightly has a class for a single view, too: the first view of the method's transform, with the arguments given.</summary>
    private static ViewTransformOptions SingleView(string name, JsonElement parameters)
    {
        var whole = typeof(MultiViewTransform).Assembly.GetExportedTypes()
            .Single(candidate => candidate.Name == name.Replace(SingleViewMark, "Transform", StringComparison.Ordinal));
        var view = ((MultiViewTransform)Create(whole, JsonSerializer.SerializeToElement(new { }))).Views[0];

        // Defaults in which lightly's class for the view differs from its class for the method.
        view = name switch
        {
            "VICRegViewTransform" => view with { Sigmas = new ValueRange(0.2, 2) },
            "DINOViewTransform" => view with { SolarizationProb = 0.2 },
            _ => view,
        };
        foreach (var property in parameters.EnumerateObject().Where(property => !property.Name.StartsWith("kernel", StringComparison.Ordinal)))
        {
            view = property.Name switch
            {
                "crop_scale" => view with { MinScale = property.Value[0].GetDouble(), MaxScale = property.Value[1].GetDouble() },
                "normalize" => view with
                {
                    Normalize = property.Value.ValueKind == JsonValueKind.Null ? ChannelNormalization.Identity : ChannelNormalization.ImageNet,
                },
                var given => view.WithOverride(
                    given switch { "crop_size" => "inputSize", "solarize_prob" => "solarizationProb", _ => given },
                    property.Value.ValueKind == JsonValueKind.Null ? null : property.Value.ToString()),
            };
        }

        return view;
    }

    private static object Create(Type type, JsonElement parameters)
    {
        var given = parameters.EnumerateObject().ToDictionary(property => CamelCase(property.Name), property => property.Value);
        // lightly ignores its arguments for the size of the kernel.
        given.Remove("kernelSize");
        given.Remove("kernelScale");
        var constructor = type.GetConstructors().Single();
        given.Keys.Except(constructor.GetParameters().Select(parameter => parameter.Name)).ShouldBeEmpty("arguments that we do not have");
        var arguments = constructor.GetParameters()
            .Select(parameter => given.TryGetValue(parameter.Name!, out var value) ? Read(value, parameter) : parameter.DefaultValue);
        return constructor.Invoke([.. arguments]);
    }

    private static object? Read(JsonElement value, ParameterInfo parameter)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (type == typeof(ChannelNormalization))
        {
            return value.ValueKind == JsonValueKind.Null ? ChannelNormalization.Identity : ChannelNormalization.ImageNet;
        }

        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (type == typeof(ValueRange))
        {
            return value.ValueKind == JsonValueKind.Number
                ? new ValueRange(-value.GetDouble(), value.GetDouble())
                : new ValueRange(value[0].GetDouble(), value[1].GetDouble());
        }

        if (type == typeof(ImageSize))
        {
            return value.ValueKind == JsonValueKind.Number
                ? (ImageSize)value.GetInt32()
                : new ImageSize(value[0].GetInt32(), value[1].GetInt32());
        }

        return type == typeof(IReadOnlyList<int>) ? value.EnumerateArray().Select(item => item.GetInt32()).ToArray()
            : type == typeof(IReadOnlyList<double>) ? value.EnumerateArray().Select(item => item.GetDouble()).ToArray()
            : type == typeof(int) ? value.GetInt32()
            : (object)value.GetDouble();
    }

    private static string CamelCase(string name)
    {
        var words = name.Split('_');
        return words[0] + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }

    // Both sides become a list of texts; operations that never happen are left out of both.
    private static List<string> Flatten(JsonElement operation, bool withoutJitter)
    {
        if (operation.TryGetProperty("transform", out var inner) && operation.GetProperty("op").GetString() != "RandomRotateDegrees")
        {
            return Flatten(inner, withoutJitter);
        }

        return operation.GetProperty("op").GetString() == "Compose"
            ? [.. operation.GetProperty("ops").EnumerateArray().SelectMany(part => Flatten(part, withoutJitter))]
            : [.. Text(operation, withoutJitter)];
    }

    private static IEnumerable<string> Text(JsonElement operation, bool withoutJitter)
    {
        double Number(string name) => operation.GetProperty(name).GetDouble();
        string Range(string name) => Pair(operation.GetProperty(name));

        var text = operation.GetProperty("op").GetString() switch
        {
            "RandomResizedCrop" => $"Crop {Range("size")} {Range("scale")} {Range("ratio")} {operation.GetProperty("interpolation").GetString()}",
            "RandomHorizontalFlip" => When("HorizontalFlip", Number("p"), ""),
            "RandomVerticalFlip" => When("VerticalFlip", Number("p"), ""),
            "RandomRotate" => When("Rotate", Number("prob"), "90"),
            "RandomRotateDegrees" => RotationText(operation.GetProperty("transform")),
            "RandomGrayscale" => When("Grayscale", Number("p"), ""),
            "GaussianBlur" => When("Blur", Number("prob"), Range("sigmas")),
            "RandomSolarization" => When("Solarize", Number("prob"), $"{Number("threshold")}"),
            "RandomApply" => When(JitterMark, Number("p"), withoutJitter ? "" : JitterText(operation.GetProperty("ops")[0])),
            "Normalize" => $"Normalize {Triple(operation.GetProperty("mean"))} {Triple(operation.GetProperty("std"))}",
            "ToTensor" => "",
            "ColorJitter" => JitterText(operation).Replace("-", "", StringComparison.Ordinal).Trim(),
            var other => throw new NotSupportedException(other),
        };
        return text.Length == 0 ? [] : [text];
    }

    private static string RotationText(JsonElement apply) =>
        When("Rotate", apply.GetProperty("p").GetDouble(), Pair(apply.GetProperty("ops")[0].GetProperty("degrees")));

    private static string JitterText(JsonElement jitter) => string.Join(' ', new[] { "brightness", "contrast", "saturation", "hue" }
        .Select(name => jitter.GetProperty(name) is { ValueKind: JsonValueKind.Array } range ? Pair(range) : "-"));

    private static string When(string name, double probability, string rest) =>
        probability == 0 ? "" : $"{name} {probability:g6} {rest}".Trim();

    private static string Pair(JsonElement pair) => Pair(pair[0].GetDouble(), pair[1].GetDouble());

    private static string Pair(double low, double high) => $"[{low:g6} {high:g6}]";

    private static string Triple(JsonElement values) => $"{values[0].GetDouble():g6} {values[1].GetDouble():g6} {values[2].GetDouble():g6}";

    private static List<string> Describe(ViewTransformOptions view, bool withoutJitter)
    {
        string Factor(double amount) =>
            amount == 0 ? "-" : Pair(Math.Max(0, 1 - (amount * view.CjStrength)), 1 + (amount * view.CjStrength));
        string Scale(Func<int, double> value) => $"{value(0):g6} {value(1):g6} {value(2):g6}";

        var hue = view.CjHue * view.CjStrength;
        var jitter = $"{Factor(view.CjBright)} {Factor(view.CjContrast)} {Factor(view.CjSat)} {(hue == 0 ? "-" : Pair(-hue, hue))}";
        var blur = When("Blur", view.GaussianBlur, Pair(view.Sigmas.Low, view.Sigmas.High));
        var solarize = When("Solarize", view.SolarizationProb, $"{view.SolarizationThreshold}");
        string[] texts =
        [
            $"Crop {Pair(view.InputSize.Height, view.InputSize.Width)} {Pair(view.MinScale, view.MaxScale)} {Pair(3.0 / 4, 4.0 / 3)} "
                + (view.Interpolation == ResizeFilter.Bicubic ? "bicubic" : "bilinear"),
            When("HorizontalFlip", view.HfProb, ""),
            When("VerticalFlip", view.VfProb, ""),
            When("Rotate", view.RrProb, view.RrDegrees is { } degrees ? Pair(degrees.Low, degrees.High) : "90"),
            When(JitterMark, view.CjProb, withoutJitter ? "" : jitter),
            When("Grayscale", view.RandomGrayScale, ""),
            view.SolarizeBeforeBlur ? solarize : blur,
            view.SolarizeBeforeBlur ? blur : solarize,
            view.Normalize == ChannelNormalization.Identity ? ""
                : $"Normalize {Scale(view.Normalize.Mean)} {Scale(view.Normalize.Deviation)}",
        ];
        return [.. texts.Where(text => text.Length > 0)];
    }
}
