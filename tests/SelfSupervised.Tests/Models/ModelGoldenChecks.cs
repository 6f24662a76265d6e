using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Models;
using LightlyCluster.SelfSupervised.Tests.Golden;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Models;

internal static class ModelGoldenChecks
{
    /// <summary>Small batches through batch norm amplify rounding; see the README beside the files.</summary>
    private const double NetworkTolerance = 2e-4;

    private const int ParameterFormula = 400000;

    [GoldenCheck("lightly.models.SimCLR")]
    [GoldenCheck("lightly.models.MoCo")]
    [GoldenCheck("lightly.models.SimSiam")]
    [GoldenCheck("lightly.models.BarlowTwins")]
    [GoldenCheck("lightly.models.BYOL")]
    [GoldenCheck("lightly.models.NNCLR")]
    internal static void CheckModel(GoldenCase golden)
    {
        using var model = Create(golden.Target.Split('.')[^1], golden.Parameters, golden);
        CompareNames(golden, model);
        GoldenModule.Fill(model, golden, RenamingOf(golden));
        if (!golden.Root.TryGetProperty("calls", out var calls))
        {
            CompareOutputs(Call(model, golden, "forward(x0, x1)"), golden.Expected);
            return;
        }

        foreach (var call in calls.EnumerateArray())
        {
            model.train(call.GetProperty("mode").GetString() == "train");
            CompareOutputs(Call(model, golden, call.GetProperty("call").GetString()!), call.GetProperty("outputs"));
            if (call.TryGetProperty("momentum_params_after", out var momentum))
            {
                CompareParameters(golden, model, momentum, NetworkTolerance);
            }
        }

        if (golden.Root.TryGetProperty("buffers_after_all_calls", out var buffers))
        {
            GoldenModule.CompareBuffers(model, buffers, NetworkTolerance, "buffer", RenamingOf(golden));
        }
    }

    [GoldenCheck("lightly.models")]
    internal static void CheckDefaultConstructors(GoldenCase golden)
    {
        foreach (var entry in golden.Root.GetProperty("models").EnumerateObject())
        {
            using var scope = NewDisposeScope();
            using var model = Create(entry.Name, default);
            model.named_parameters().Select(pair => $"{pair.name} {string.Join(',', pair.parameter.shape)} {pair.parameter.requires_grad}")
                .ShouldBe(entry.Value.GetProperty("parameters").EnumerateArray().Select(parameter =>
                    $"{parameter[0].GetString()} {string.Join(',', parameter[1].EnumerateArray())} {parameter[2].GetBoolean()}"));
        }
    }

    /// <summary>Makes a model from lightly's arguments; without any, on a backbone that only passes features on.</summary>
    internal static nn.Module Create(string name, JsonElement parameters, GoldenCase? golden = null)
    {
        var given = parameters.ValueKind == JsonValueKind.Object;
        Func<nn.Module<Tensor, Tensor>> makeBackbone = given
            ? () => MakeBackbone(parameters.GetProperty("backbone").GetString()!, golden!)
            : nn.Identity;
        var backbone = makeBackbone();
        double Number(string key, double otherwise) =>
            given && parameters.TryGetProperty(key, out var value) ? value.GetDouble() : otherwise;
        long Count(string key, long otherwise) => (long)Number(key, otherwise);
        return name switch
        {
            "SimCLR" => new SimCLR(backbone, Count("num_ftrs", 32), Count("out_dim", 128)),
            "MoCo" => new MoCo(
                backbone,
                Count("num_ftrs", 32),
                Count("out_dim", 128),
                Number("m", 0.999),
                given && parameters.TryGetProperty("batch_shuffle", out var shuffle) && shuffle.GetBoolean(),
                makeBackbone)
            { UpdatesMomentumInEvaluation = true },
            "SimSiam" => new SimSiam(
                backbone, Count("num_ftrs", 2048), Count("proj_hidden_dim", 2048), Count("pred_hidden_dim", 512), Count("out_dim", 2048)),
            "BarlowTwins" => new BarlowTwins(backbone, Count("num_ftrs", 2048), Count("proj_hidden_dim", 8192), Count("out_dim", 8192)),
            "NNCLR" => new NNCLR(
                backbone, Count("num_ftrs", 512), Count("proj_hidden_dim", 2048), Count("pred_hidden_dim", 4096), Count("out_dim", 256)),
            "BYOL" => new BYOL(
                backbone, Count("num_ftrs", 2048), Count("hidden_dim", 4096), Count("out_dim", 256), Number("m", 0.9), makeBackbone)
            { UpdatesMomentumInEvaluation = true },
            _ => throw new NotSupportedException(name),
        };
    }

    /// <summary>In lightly's trunk the children have numbers; ours have names, and torchvision's for the shortcut.</summary>
    internal static Func<string, string> RenamingOf(GoldenCase golden)
    {
        string[] names = ["conv1", "bn1", "layer1", "layer2", "layer3", "layer4"];
        return golden.Parameters.GetProperty("backbone").GetString() == "mlp"
            ? name => name
            : name =>
            {
                var words = name.Replace(".shortcut.", ".downsample.", StringComparison.Ordinal).Split('.');
                if (words[0] is "backbone" or "momentum_backbone")
                {
                    words[1] = names[int.Parse(words[1], CultureInfo.InvariantCulture)];
                }

                return string.Join('.', words);
            };
    }

    internal static void CompareParameters(GoldenCase golden, nn.Module model, JsonElement expected, double tolerance)
    {
        var numbers = golden.Root.GetProperty("parameters").EnumerateArray().ToDictionary(
            entry => entry.GetProperty("name").GetString()!, entry => entry.GetProperty("p").GetInt32(), StringComparer.Ordinal);
        var rename = RenamingOf(golden);
        foreach (var property in expected.EnumerateObject())
        {
            var parameter = model.get_parameter(rename(property.Name));
            parameter.ShouldNotBeNull(property.Name);
            GoldenCompare.Signature(parameter, property.Value, tolerance, property.Name, ParameterFormula + numbers[property.Name]);
        }
    }

    private static nn.Module<Tensor, Tensor> MakeBackbone(string name, GoldenCase golden)
    {
        // The sizes are those of the first parameter that the case lists.
        var shape = golden.Root.GetProperty("parameters")[0].GetProperty("shape")
            .EnumerateArray().Select(size => size.GetInt64()).ToArray();
        if (name == "mlp")
        {
            return nn.Sequential(nn.Flatten(), nn.Linear(shape[1], shape[0]));
        }

        var architecture = name.Replace("_trunk", "", StringComparison.Ordinal).Replace("resnet", "resnet-", StringComparison.Ordinal);
        return ResNetGenerator.Create(architecture, new ResNetOptions { Width = shape[0] / 64.0, HasStemActivation = false });
    }

    private static void CompareNames(GoldenCase golden, nn.Module model)
    {
        var rename = RenamingOf(golden);
        model.named_parameters().Select(pair => pair.name)
            .ShouldBe(golden.Root.GetProperty("parameters")
                .EnumerateArray().Select(entry => rename(entry.GetProperty("name").GetString()!)));
        if (golden.Root.TryGetProperty("requires_grad", out var trained))
        {
            foreach (var property in trained.EnumerateObject())
            {
                model.get_parameter(rename(property.Name))!.requires_grad.ShouldBe(property.Value.GetBoolean(), property.Name);
            }
        }
    }

    private static ITuple Call(nn.Module model, GoldenCase golden, string call)
    {
        var x0 = golden.Input("x0");
        var x1 = golden.Input("x1");
        return (model, call) switch
        {
            (BYOL byol, "forward(x0, x1)") => byol.call(x0, x1),
            (BYOL byol, "forward(x1, x0)") => byol.call(x1, x0),
            (TwoViewModel<Tensor> plain, _) => CallForms(plain, call, x0, x1),
            (TwoViewModel<(Tensor, Tensor)> pair, _) => CallForms(pair, call, x0, x1),
            _ => throw new NotSupportedException(call),
        };
    }

    private static ITuple CallForms<T>(TwoViewModel<T> model, string call, Tensor x0, Tensor x1) => call switch
    {
        "forward(x0)" => ValueTuple.Create(model.call(x0)),
        "forward(x0, x1)" => model.forward(x0, x1),
        "forward(x0, return_features=True)" => model.ForwardWithFeatures(x0),
        "forward(x0, x1, return_features=True)" => model.ForwardWithFeatures(x0, x1),
        _ => throw new NotSupportedException(call),
    };

    private static void CompareOutputs(ITuple outputs, JsonElement expected)
    {
        var ours = Flatten(outputs.Length == 1 ? outputs[0]! : outputs, "out").ToDictionary(StringComparer.Ordinal);
        ours.Keys.ShouldBe(expected.EnumerateObject().Select(property => property.Name), ignoreOrder: true);
        foreach (var property in expected.EnumerateObject())
        {
            GoldenCompare.Tensors(ours[property.Name], property.Value, NetworkTolerance, property.Name);
        }
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Flatten(object value, string path) => value is ITuple tuple
        ? Enumerable.Range(0, tuple.Length).SelectMany(index => Flatten(tuple[index]!, $"{path}.{index}"))
        : [new(path, (Tensor)value)];
}
