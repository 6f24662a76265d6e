using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Memory;
using LightlyCluster.SelfSupervised.Models;
using LightlyCluster.SelfSupervised.Models.Heads;
using LightlyCluster.SelfSupervised.Modules;
using LightlyCluster.SelfSupervised.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Training;

/// <summary>The gradient of four shards is that of the library's model and loss on the whole batch, by plain automatic differentiation.</summary>
public sealed class ModelGradientTests
{
    [Fact]
    public void SimSiam() => Check("simsiam", backbone => new SimSiam(backbone, 6, 16, 10, 12), (model, views, _) =>
    {
        var (first, second) = ((SimSiam)model).forward(views[0], views[1]);
        using var loss = new SymNegCosineSimilarityLoss();
        return loss.call(first, second);
    });

    [Fact]
    public void BarlowTwins() => Check("barlow-twins", backbone => new BarlowTwins(backbone, 6, 16, 12), (model, views, _) =>
    {
        var (first, second) = ((BarlowTwins)model).forward(views[0], views[1]);
        return BarlowTwinsLoss.BatchLoss(first, second);
    });

    [Fact]
    public void VICReg() => Check("vicreg", backbone => new VICReg(backbone, 6, 16, 12), (model, views, _) =>
    {
        var (first, second) = ((VICReg)model).forward(views[0], views[1]);
        return VICRegLoss.BatchLoss(first, second);
    });

    [Fact]
    public void BYOL() => Check("byol", backbone => new BYOL(backbone, 6, 16, 12, makeBackbone: MakeBackbone), (model, views, _) =>
    {
        var (first, second) = ((BYOL)model).call(views[0], views[1]);
        using var loss = new SymNegCosineSimilarityLoss();
        return loss.call(first, second);
    });

    [Fact]
    public void FastSiam() => Check("fast-siam", backbone => new FastSiam(backbone, 6, 16, 10, 12), (model, views, _) =>
        SelfSupervised.Models.FastSiam.RowLosses(((FastSiam)model).forward(views)).mean());

    [Fact]
    public void SwaV() => Check("swav", backbone => new SwaV(backbone, 6, 16, 12, 9), (model, views, _) =>
    {
        var scores = ((SwaV)model).forward(views);
        return SwaVLoss.BatchLoss([scores[0], scores[1]], [.. scores.Skip(2)]);
    });

    [Fact]
    public void DINO() => Check("dino", backbone => new DINO(backbone, 6, 16, 8, 12, makeBackbone: MakeBackbone), (model, views, _) =>
    {
        var dino = (DINO)model;
        using var center = zeros(12, float64);
        return DINOLoss.ViewLosses(
            [dino.ForwardTeacher(views[0]), dino.ForwardTeacher(views[1])], dino.forward(views), center, (double)(float)0.03).mean();
    });

    [Fact]
    public void TiCo() => Check("tico", backbone => new TiCo(backbone, 6, 16, 12, makeBackbone: MakeBackbone), (model, views, _) =>
    {
        var (first, second) = ((TiCo)model).forward(views[0], views[1]);
        using var loss = new TiCoLoss();
        return loss.call(first, second);
    });

    [Fact]
    public void MoCo() => Check("moco", backbone => new MoCoNetworks(backbone), (model, views, method) =>
    {
        // As lightly: each direction reads the bank, then its keys enter it. The second one thus sees the first one's keys.
        var networks = (MoCoNetworks)model;
        var bank_KD = method.State.Single(entry => entry.Name == "memory_bank.bank").Tensor.clone();
        var keys_BD = networks.Keys(views[1]);
        var first = NTXentLoss.RowLosses(networks.Queries(views[0]), keys_BD, bank_KD, 0.1).mean();
        using var later_KD = bank_KD.clone();
        MemoryBank.Write(later_KD, keys_BD, 0);
        return (first + NTXentLoss.RowLosses(networks.Queries(views[1]), networks.Keys(views[0]), later_KD, 0.1).mean()) / 2;
    });

    private static void Check(string method, Func<Backbone, nn.Module> makeModel, Func<nn.Module, Tensor[], TrainingMethod, Tensor> lossOf)
    {
        using var scope = NewDisposeScope();
        using var replica = SmallMethods.Make(method, type: ScalarType.Float64, backbone: MakeBackbone);
        using var model = makeModel(MakeBackbone());
        model.to(float64);
        Freeze(model.modules());
        Freeze(replica.Method.Modules.SelectMany(entry => entry.Module.modules()));
        CopyState(replica.Method, model);

        var reduced = MethodReplica.Reduce([replica], 0);
        var views = Enumerable.Range(0, replica.Method.ViewsOf(0, 0).Max(request => request.View) + 1)
            .Select(view => Views.Make(0, new(view, [.. Enumerable.Range(0, 16)]), replica.Method.Options)).ToArray();
        lossOf(model, views, replica.Method).backward();

        var vector = empty(replica.Method.VectorLength, float64);
        TensorValues.CopyFrom(vector, reduced);
        var compared = 0;
        foreach (var slice in replica.Method.TrainedSlices.Where(slice => slice.IsTrained))
        {
            var ours = FlatTensors.View(vector, slice);
            var theirs = model.get_parameter(slice.Name)!.grad!;
            (ours - theirs).abs().max().item<double>().ShouldBeLessThan(1e-6 * Math.Max(1e-3, theirs.abs().max().item<double>()), slice.Name);
            compared++;
        }

        compared.ShouldBeGreaterThan(5);
    }

    private static CustomBackbone MakeBackbone() => new(MakeNetwork, 6, Views.SmallSide);

    private static TorchSharp.Modules.Sequential MakeNetwork() => nn.Sequential(
        nn.Conv2d(3, 6, 3, stride: 2, padding: 1), nn.GroupNorm(2, 6), nn.ReLU(), nn.Conv2d(6, 6, 3, padding: 1), nn.AdaptiveAvgPool2d(1));

    private static void Freeze(IEnumerable<nn.Module> modules)
    {
        foreach (var layer in modules.OfType<BatchNormalization>())
        {
            layer.eval();
        }
    }

    private static void CopyState(TrainingMethod method, nn.Module model)
    {
        using var noGrad = no_grad();
        var state = method.State.ToDictionary(entry => entry.Name, entry => entry.Tensor, StringComparer.Ordinal);
        foreach (var (name, parameter) in model.named_parameters())
        {
            parameter.copy_(state[name]);
        }
    }

    private sealed class MoCoNetworks : nn.Module
    {
        private readonly Backbone _backbone;
        private readonly Backbone _momentumBackbone = MakeBackbone();
        private readonly MoCoProjectionHead _head = new(6, 16, 12);
        private readonly MoCoProjectionHead _momentumHead = new(6, 16, 12);

        public MoCoNetworks(Backbone backbone)
            : base(nameof(MoCoNetworks))
        {
            _backbone = backbone;
            register_module("backbone", _backbone);
            register_module("projection_head", _head);
            register_module("momentum_backbone", _momentumBackbone);
            register_module("momentum_projection_head", _momentumHead);
        }

        public Tensor Queries(Tensor images) => _head.forward(_backbone.forward(images));

        public Tensor Keys(Tensor images)
        {
            using var noGrad = no_grad();
            return nn.functional.normalize(_momentumHead.forward(_momentumBackbone.forward(images)), p: 2, dim: 1);
        }

        protected override void Dispose(bool disposing)
        {
            _backbone.Dispose();
            _head.Dispose();
            _momentumBackbone.Dispose();
            _momentumHead.Dispose();
            base.Dispose(disposing);
        }
    }
}
