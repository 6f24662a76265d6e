using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Models;
using LightlyCluster.SelfSupervised.Models.Heads;
using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Models;

public sealed class ModelTests
{
    [Fact]
    public void A_model_for_another_number_of_features_is_refused_when_it_is_made()
    {
        using var backbone = Small();

        Should.Throw<ArgumentException>(() => new SimCLR(backbone, numFtrs: 512)).Message.ShouldContain("numFtrs: 32");
        Should.Throw<ArgumentException>(() => new BYOL(backbone, numFtrs: 512));
    }

    [Fact]
    public void The_momentum_encoder_of_moco_starts_equal_follows_in_training_and_rests_in_evaluation()
    {
        using var scope = NewDisposeScope();
        using var model = new MoCo(Small(), 32, 8, m: 0.5);
        var images = Images(4);
        var slow = model.get_parameter("momentum_backbone.conv1.weight")!;
        slow.ShouldBeSameValues(model.get_parameter("backbone.conv1.weight")!);
        slow.requires_grad.ShouldBeFalse();
        using (no_grad())
        {
            model.get_parameter("backbone.conv1.weight")!.add_(1);
        }

        var before = slow.clone();
        model.eval();
        _ = model.forward(images, images);
        slow.ShouldBeSameValues(before);
        model.train();
        var (query, key) = model.forward(images, images);

        slow.ShouldBeCloseTo(before + 0.5, 1e-6);
        query.requires_grad.ShouldBeTrue();
        key.requires_grad.ShouldBeFalse();
    }

    [Fact]
    public void Shuffled_keys_come_back_in_their_order()
    {
        using var scope = NewDisposeScope();
        using var plain = new MoCo(Small(), 32, 8);
        using var shuffled = new MoCo(Small(), 32, 8, batchShuffle: true, seed: 3);
        foreach (var model in new[] { plain, shuffled })
        {
            ParameterInitializer.Initialize(model, 1);
            model.eval();
        }

        var images = Images(6);

        shuffled.forward(images, images).Out1.ShouldBeCloseTo(plain.forward(images, images).Out1, 1e-5);
        BatchShuffle.DrawPermutation(6, 3, 0).ShouldNotBe(BatchShuffle.DrawPermutation(6, 3, 1));
    }

    [Fact]
    public void Every_model_gives_its_outputs_and_its_loss_trains_the_backbone()
    {
        using var scope = NewDisposeScope();
        var (x0, x1) = (Images(4), Images(4).flip(3));
        var losses = new Dictionary<string, Func<nn.Module, Tensor>>(StringComparer.Ordinal)
        {
            ["VICReg"] = model => Pair((TwoViewModel<Tensor>)model, x0, x1, (a, b) => VICRegLoss.BatchLoss(a, b)),
            ["TiCo"] = model => Pair((TwoViewModel<Tensor>)model, x0, x1, new TiCoLoss().call),
            ["SwaV"] = model => SwaVLoss.BatchLoss(((SwaV)model).forward([x0, x1]), []),
            ["DINO"] = model => new DINOLoss(9).call([((DINO)model).ForwardTeacher(x0)], ((DINO)model).forward([x0, x1])),
            ["FastSiam"] = model => FastSiam.RowLosses(((FastSiam)model).forward([x0, x1, x0])).mean(),
        };
        nn.Module[] models =
        [
            new VICReg(Small(), 32, 16, 8),
            new TiCo(Small(), 32, 16, 8),
            new SwaV(Small(), 32, 16, 8, 9),
            new DINO(Small(), 32, 16, 8, 9),
            new FastSiam(Small(), 32, 16, 8, 16),
        ];
        foreach (var model in models)
        {
            losses[model.GetName()](model).backward();

            model.get_parameter("backbone.conv1.weight")!.grad!.abs().max().item<float>().ShouldBeGreaterThan(0, model.GetName());
            model.Dispose();
        }
    }

    [Fact]
    public void Only_the_outputs_survive_a_forward()
    {
        using var scope = NewDisposeScope();
        using var model = new SimSiam(Small(), 32, 16, 8, 16);
        using var moco = new MoCo(Small(), 32, 8, batchShuffle: true);
        var images = Images(4);
        var before = scope.DisposablesCount;

        _ = model.forward(images, images);
        scope.DisposablesCount.ShouldBe(before + 4);
        _ = moco.forward(images, images);
        scope.DisposablesCount.ShouldBe(before + 6);
        _ = moco.ForwardWithFeatures(images, images);
        scope.DisposablesCount.ShouldBe(before + 10);
    }

    [Fact]
    public void Any_module_can_be_a_backbone_and_a_wrong_number_of_features_is_found_at_once()
    {
        using var scope = NewDisposeScope();
        static nn.Module<Tensor, Tensor> Make() => nn.Sequential(nn.Conv2d(3, 6, 3), nn.AdaptiveAvgPool2d(1));
        using var backbone = new CustomBackbone(Make, 6);
        using var model = new MoCo(backbone, 6, 4);

        model.state_dict().Keys.ShouldContain("backbone.0.weight");
        model.state_dict().Keys.ShouldContain("momentum_backbone.0.weight");
        model.forward(Images(2), Images(2)).Out0.shape.ShouldBe([2, 4]);
        Should.Throw<ArgumentException>(() => new CustomBackbone(Make, 7)).Message.ShouldContain("gives 6 features");
        Should.Throw<ArgumentException>(() => new CustomBackbone(() => nn.Linear(3, 2), 2)).Message.ShouldContain("refuses images");
    }

    [Fact]
    public void The_last_layer_of_dino_stays_in_its_first_epochs()
    {
        using var scope = NewDisposeScope();
        using var head = new DINOProjectionHead(4, 8, 4, 5, freezeLastLayer: 1);
        head.call(randn(3, 4)).pow(2).sum().backward();

        head.CancelLastLayerGradients(1);
        head.get_parameter("last_layer.weight_v")!.grad!.abs().max().item<float>().ShouldBeGreaterThan(0);
        head.CancelLastLayerGradients(0);
        head.get_parameter("last_layer.weight_v")!.grad!.abs().max().item<float>().ShouldBe(0);
    }

    [Fact]
    public void Start_weights_of_dino_are_those_of_the_paper()
    {
        using var scope = NewDisposeScope();
        using var head = new DINOProjectionHead(64, 128, 32, 50);

        ParameterInitializer.Initialize(head, 1, "head");

        head.get_parameter("layers.0.weight")!.std().item<float>().ShouldBe(0.0176f, 0.001f);
        head.get_parameter("layers.0.weight")!.abs().max().item<float>().ShouldBeLessThanOrEqualTo(0.04f);
        head.get_parameter("layers.0.bias")!.ShouldBeSameValues(zeros(128));
        head.get_parameter("last_layer.weight_g")!.ShouldBeSameValues(ones(50, 1));
    }

    [Fact]
    public void Frozen_prototypes_learn_after_their_steps()
    {
        using var scope = NewDisposeScope();
        using var prototypes = new SwaVPrototypes(4, [3, 5], nStepsFrozenPrototypes: 2);

        prototypes.Scores(ones(2, 4), step: 1).Select(scores => scores.shape[1]).ShouldBe([3, 5]);
        prototypes.parameters().ShouldAllBe(parameter => !parameter.requires_grad);
        _ = prototypes.Scores(ones(2, 4), step: 2);
        prototypes.parameters().ShouldAllBe(parameter => parameter.requires_grad);
    }

    private static Tensor Pair(TwoViewModel<Tensor> model, Tensor x0, Tensor x1, Func<Tensor, Tensor, Tensor> loss)
    {
        var (first, second) = model.forward(x0, x1);
        return loss(first, second);
    }

    private static ResNet Small() => ResNetGenerator.Create("resnet-9", 0.0625);

    private static Tensor Images(int count) => randn([count, 3, 16, 16], generator: new Generator(5));
}
