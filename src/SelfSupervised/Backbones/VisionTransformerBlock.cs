using LightlyCluster.SelfSupervised.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Backbones;

/// <summary>One block of a vision transformer: attention between tokens, then a small network on each token, both residual.</summary>
/// <remarks>Keys as timm's: norm1, attn.qkv, attn.proj, norm2, mlp.fc1, mlp.fc2.</remarks>
internal sealed class VisionTransformerBlock : RegisteredModule
{
    private readonly LayerNorm _attentionNorm;
    private readonly Attention _attention;
    private readonly LayerNorm _networkNorm;
    private readonly TokenNetwork _network;

    public VisionTransformerBlock(long width, int headCount)
        : base(nameof(VisionTransformerBlock))
    {
        _attentionNorm = nn.LayerNorm(width, VisionTransformer.Epsilon);
        _attention = new Attention(width, headCount);
        _networkNorm = nn.LayerNorm(width, VisionTransformer.Epsilon);
        _network = new TokenNetwork(width, width * VisionTransformerSpecification.HiddenFactor);
        register_module("norm1", _attentionNorm);
        register_module("attn", _attention);
        register_module("norm2", _networkNorm);
        register_module("mlp", _network);
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var attended = input.Plus(_attention.call(_attentionNorm.call(input)));
        return attended.Plus(_network.call(_networkNorm.call(attended))).MoveToOuterDisposeScope();
    }

    private sealed class Attention : RegisteredModule
    {
        private readonly int _headCount;
        private readonly Linear _queriesKeysValues;
        private readonly Linear _projection;

        public Attention(long width, int headCount)
            : base(nameof(Attention))
        {
            _headCount = headCount;
            _queriesKeysValues = nn.Linear(width, 3 * width);
            _projection = nn.Linear(width, width);
            register_module("qkv", _queriesKeysValues);
            register_module("proj", _projection);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var (count, tokenCount, width) = (input.shape[0], input.shape[1], input.shape[2]);
            var headWidth = width / _headCount;
            // [N, T, 3 D] becomes three of [N heads, T, D / heads].
            var parts = _queriesKeysValues.call(input).view(count, tokenCount, 3, _headCount, headWidth)
                .permute(2, 0, 3, 1, 4).reshape(3, count * _headCount, tokenCount, headWidth).unbind(0);
            var scores = bmm(parts[0].Times(1 / Math.Sqrt(headWidth)), parts[1].transpose(1, 2));
            var mixed = bmm(nn.functional.softmax(scores, 2), parts[2])
                .view(count, _headCount, tokenCount, headWidth).transpose(1, 2).reshape(count, tokenCount, width);
            return _projection.call(mixed).MoveToOuterDisposeScope();
        }
    }

    private sealed class TokenNetwork : RegisteredModule
    {
        private readonly Linear _first;
        private readonly Linear _second;

        public TokenNetwork(long width, long hidden)
            : base(nameof(TokenNetwork))
        {
            _first = nn.Linear(width, hidden);
            _second = nn.Linear(hidden, width);
            register_module("fc1", _first);
            register_module("fc2", _second);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            return _second.call(nn.functional.gelu(_first.call(input))).MoveToOuterDisposeScope();
        }
    }
}
