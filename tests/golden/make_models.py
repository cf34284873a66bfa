"""Models as other people save them, for ForeignModelsTest: ONNX, PyTorch's .pt, NumPy's npz, safetensors.

    python make_models.py FOLDER                         the small nets of tests/resources/models, 12-7-5-3
    python make_models.py FOLDER --weights W.npz --images X.npy    the article's net with these weights, 784-312-256-10

Needs PyTorch (1.13 with onnx and scikit-learn makes all; one without onnx makes all but the ONNX files; each version's
.pt files differ in their bytes). Beside the files it writes inputs.csv (a sample a line) and expected.csv: for each file
and sample the logits by PyTorch. W.npz holds linear_relu_stack.{0,2,4}.{weight,bias}; X.npy uint8 [N, 28, 28].
"""

import argparse
import collections
import os
import struct

import numpy as np
import torch
from torch import nn

try:
    import onnx
    from onnx import TensorProto, helper, numpy_helper
except ImportError:
    onnx = None

MEAN, STD = 0.1307, 0.3081


class Stack(nn.Module):
    """The article's net."""

    def __init__(self, sizes, bias=True, last=None, between=nn.ReLU):
        super().__init__()
        self.flatten = nn.Flatten()
        layers = []
        for i in range(len(sizes) - 1):
            layers.append(nn.Linear(sizes[i], sizes[i + 1], bias=bias))
            if i < len(sizes) - 2:
                layers.append(between())
        self.linear_relu_stack = nn.Sequential(*layers)
        self.last = last

    def forward(self, x):
        logits = self.linear_relu_stack(self.flatten(x))
        return logits if self.last is None else self.last(logits)


class Normalised(Stack):
    """Takes bytes 0 to 255."""

    def forward(self, x):
        return super().forward((x.float() / 255.0 - MEAN) / STD)


class Named(nn.Module):
    """The second program's net: fc1, fc2, fc3."""

    def __init__(self, sizes):
        super().__init__()
        self.fc1 = nn.Linear(sizes[0], sizes[1])
        self.fc2 = nn.Linear(sizes[1], sizes[2])
        self.fc3 = nn.Linear(sizes[2], sizes[3])
        self.dropout = nn.Dropout(0.2)
        self.identity = nn.Identity()

    def flat(self, x):
        return torch.flatten(x, 1)

    def forward(self, x):
        x = torch.relu(self.fc1(self.flat(x)))
        x = self.dropout(torch.relu(self.fc2(x)))
        return self.identity(self.fc3(x))


class Viewed(Named):
    def flat(self, x):
        return x.view(x.size(0), -1)


class Squeezed(Named):
    def flat(self, x):
        return x.squeeze(1).reshape(-1, self.fc1.in_features)


class Multiplied(Named):
    """By hand: matrices from the right, biases from the left, temperature and all."""

    def forward(self, x):
        x = self.flat(x)
        x = torch.clamp(self.fc1.bias + x @ self.fc1.weight.t(), min=0)
        x = torch.relu(torch.addmm(self.fc2.bias, x, self.fc2.weight.t(), alpha=1.0))
        return (x @ self.fc3.weight.t() + self.fc3.bias) / 2.0


class BatchNormed(Named):
    def __init__(self, sizes):
        super().__init__(sizes)
        self.bn1 = nn.BatchNorm1d(sizes[1])
        self.bn2 = nn.BatchNorm1d(sizes[2])
        for bn in self.bn1, self.bn2:
            bn.running_mean.uniform_(-0.5, 0.5)
            bn.running_var.uniform_(0.5, 2)
            bn.weight.data.uniform_(0.5, 2)
            bn.bias.data.uniform_(-0.5, 0.5)

    def forward(self, x):
        x = torch.relu(self.bn1(self.fc1(self.flat(x))))
        x = self.bn2(torch.relu(self.fc2(x)))
        return self.fc3(x)


class Folder:
    def __init__(self, path, images, sizes, weights):
        self.path = path
        self.sizes = sizes
        self.weights = weights
        self.bytes = images  # uint8 [N, 1, h, w]
        self.unit = images.float() / 255
        self.expected = []
        os.makedirs(path, exist_ok=True)

    def filled(self, net):
        """The same weights for every net, whatever its names."""
        if self.weights is not None:
            linears = [m for m in net.modules() if isinstance(m, nn.Linear)]
            for linear, (weight, bias) in zip(linears, self.weights):
                linear.weight.data = torch.from_numpy(weight)
                if linear.bias is not None:
                    linear.bias.data = torch.from_numpy(bias)
        return net.eval()

    def name(self, file):
        return os.path.join(self.path, file)

    def expect(self, file, logits):
        self.expected.append((file, logits.detach().numpy().reshape(len(self.bytes), -1)))

    def finish(self):
        np.savetxt(self.name("inputs.csv"), self.bytes.numpy().reshape(len(self.bytes), -1), fmt="%d", delimiter=",")
        with open(self.name("expected.csv"), "w") as out:
            for file, logits in self.expected:
                for i, row in enumerate(logits):
                    out.write("%s,%d,%s\n" % (file, i, ",".join("%.9g" % x for x in row)))


def exports(folder):
    """What torch.onnx.export makes of the net, with its older exporter."""

    def export(file, net, example=None, logits=None, **options):
        example = folder.unit[:1] if example is None else example
        net = folder.filled(net)
        with torch.no_grad():
            whole = folder.bytes if example.dtype == torch.uint8 else folder.unit
            if getattr(net, "last", None) is not None:  # probabilities come out, but logits are compared
                logits = lambda net, x: net.linear_relu_stack(net.flatten(x))
            folder.expect(file, net(whole) if logits is None else logits(net, whole))
        if int(torch.__version__.split(".")[0]) >= 2:
            options["dynamo"] = False
        torch.onnx.export(net, example, folder.name(file), **options)

    free = {"input": {0: "batch"}, "output": {0: "batch"}}
    named = dict(input_names=["input"], output_names=["output"], dynamic_axes=free)
    sizes = folder.sizes
    export("default.onnx", Stack(sizes))
    export("opset9.onnx", Stack(sizes), opset_version=9)
    export("opset11-dynamic.onnx", Stack(sizes), opset_version=11, **named)
    export("unfolded.onnx", Stack(sizes), do_constant_folding=False, **named)
    export("initializers-as-inputs.onnx", Stack(sizes), keep_initializers_as_inputs=True, opset_version=9)
    export("normalised.onnx", Normalised(sizes), folder.bytes[:1], **named)
    export("log-softmax.onnx", Stack(sizes, last=nn.LogSoftmax(dim=1)), **named)
    export("softmax.onnx", Stack(sizes, last=nn.Softmax(dim=1)), opset_version=12)
    export("fc-dropout-identity.onnx", Named(sizes), training=torch.onnx.TrainingMode.PRESERVE, **named)
    export("view.onnx", Viewed(sizes), **named)
    export("view-unfolded-opset9.onnx", Viewed(sizes), opset_version=9, do_constant_folding=False, **named)
    export("view-fixed.onnx", Viewed(sizes))
    export("squeeze.onnx", Squeezed(sizes), **named)
    export("no-bias.onnx", Stack(sizes, bias=False), **named)
    export("multiplied.onnx", Multiplied(sizes), **named)
    export("batch-norm.onnx", BatchNormed(sizes), do_constant_folding=False, **named)
    double = Stack(sizes).double()
    if folder.weights is None:
        export("double.onnx", double, folder.unit[:1].double(), lambda net, x: net(x.double()), **named)
    export(
        "argmax.onnx",
        Stack(sizes, last=lambda x: (x.argmax(1), torch.softmax(x, 1))),
        input_names=["input"],
    )


def weights_of(net):
    linears = [m for m in net.modules() if isinstance(m, nn.Linear)]
    return [(m.weight.detach().numpy(), m.bias.detach().numpy()) for m in linears]


def by_hand(folder):
    """Graphs of exporters that are not here: PyTorch's newest, with its weights beside, and skl2onnx."""
    net = folder.filled(Stack(folder.sizes))
    weights = weights_of(net)
    features = folder.sizes[0]
    height, width = folder.bytes.shape[2:]
    nodes = [helper.make_node("Reshape", ["x", "val_0"], ["view"], name="node_view", allowzero=1)]
    tensors = [numpy_helper.from_array(np.array([-1, features]), "val_0")]
    last = "view"
    for i, (weight, bias) in enumerate(weights):
        prefix = "linear_relu_stack.%d." % (2 * i)
        tensors += [numpy_helper.from_array(weight, prefix + "weight"), numpy_helper.from_array(bias, prefix + "bias")]
        out = "linear_%d" % i
        nodes.append(
            helper.make_node("Gemm", [last, prefix + "weight", prefix + "bias"], [out], name="node_" + out, transB=1)
        )
        last = out
        if i < len(weights) - 1:
            last = "relu_%d" % i
            nodes.append(helper.make_node("Relu", [out], [last], name="node_" + last))
    graph = helper.make_graph(
        nodes,
        "main_graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 1, height, width])],
        [helper.make_tensor_value_info(last, TensorProto.FLOAT, ["batch", folder.sizes[-1]])],
        tensors,
    )
    model = helper.make_model(graph, producer_name="pytorch", opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 10
    onnx.save_model(
        model,
        folder.name("dynamo.onnx"),
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location="dynamo.onnx.data",
        size_threshold=64,
    )
    with torch.no_grad():
        folder.expect("dynamo.onnx", net(folder.unit))
        folder.expect("sklearn.onnx", net(folder.unit))
    skl2onnx(folder, weights)
    front = {
        "scaler.onnx": helper.make_node(
            "Scaler", ["x"], ["front"], domain="ai.onnx.ml", offset=[0.125] * features, scale=[4.0] * features
        ),
        "bytes.onnx": helper.make_node("Cast", ["x"], ["front"], to=TensorProto.FLOAT),
    }
    for file, node in front.items():
        kind = TensorProto.UINT8 if file == "bytes.onnx" else TensorProto.FLOAT
        rest = [helper.make_node("MatMul", ["front", "w0"], ["y0"]), helper.make_node("Add", ["b0", "y0"], ["z0"])]
        for i in range(1, len(weights)):
            rest.append(helper.make_node("Relu", ["z%d" % (i - 1)], ["x%d" % i]))
            rest.append(helper.make_node("Gemm", ["x%d" % i, "w%d" % i, "b%d" % i], ["z%d" % i]))
        graph = helper.make_graph(
            [node] + rest,
            "front",
            [helper.make_tensor_value_info("x", kind, [None, features])],
            [helper.make_tensor_value_info("z%d" % (len(weights) - 1), TensorProto.FLOAT, [None, folder.sizes[-1]])],
            [numpy_helper.from_array(weight.T.copy(), "w%d" % i) for i, (weight, _) in enumerate(weights)]
            + [numpy_helper.from_array(bias, "b%d" % i) for i, (_, bias) in enumerate(weights)],
        )
        opsets = [helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 1)]
        onnx.save(helper.make_model(graph, opset_imports=opsets), folder.name(file))
        with torch.no_grad():
            folder.expect(file, net(folder.bytes.float() if file == "bytes.onnx" else (folder.unit - 0.125) * 4))


def skl2onnx(folder, weights):
    """What skl2onnx makes of an MLPClassifier: labels and a map of probabilities come out."""
    nodes = [helper.make_node("Cast", ["X"], ["cast_input"], name="Cast", to=TensorProto.FLOAT)]
    tensors = []
    last = "cast_input"
    for i, (weight, bias) in enumerate(weights):
        tensors += [
            numpy_helper.from_array(np.ascontiguousarray(weight.T), "coefficient%d" % i),
            numpy_helper.from_array(bias.reshape(1, -1), "intercepts%d" % i),
        ]
        nodes += [
            helper.make_node("MatMul", [last, "coefficient%d" % i], ["mul_result%d" % i]),
            helper.make_node("Add", ["mul_result%d" % i, "intercepts%d" % i], ["add_result%d" % i]),
        ]
        last = "add_result%d" % i
        if i < len(weights) - 1:
            nodes.append(helper.make_node("Relu", [last], ["next_activations%d" % i]))
            last = "next_activations%d" % i
    classes = np.arange(folder.sizes[-1], dtype=np.int64) * 10
    tensors += [numpy_helper.from_array(classes, "classes"), numpy_helper.from_array(np.array([-1]), "shape_tensor")]
    nodes += [
        helper.make_node("Softmax", [last], ["out_activations_result"], axis=1),
        helper.make_node("Identity", ["out_activations_result"], ["probabilities"]),
        helper.make_node("ArgMax", ["probabilities"], ["argmax_output"], axis=1),
        helper.make_node(
            "ArrayFeatureExtractor", ["classes", "argmax_output"], ["array_feature_extractor_result"], domain="ai.onnx.ml"
        ),
        helper.make_node("Reshape", ["array_feature_extractor_result", "shape_tensor"], ["reshaped_result"]),
        helper.make_node("Cast", ["reshaped_result"], ["label"], to=TensorProto.INT64),
        helper.make_node(
            "ZipMap", ["probabilities"], ["output_probability"], domain="ai.onnx.ml", classlabels_int64s=classes.tolist()
        ),
    ]
    graph = helper.make_graph(
        nodes,
        "ONNX(MLPClassifier)",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, folder.sizes[0]])],
        [
            helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
            helper.make_tensor_value_info("output_probability", TensorProto.FLOAT, [None, folder.sizes[-1]]),
        ],
        tensors,
    )
    opsets = [helper.make_opsetid("", 15), helper.make_opsetid("ai.onnx.ml", 1)]
    onnx.save(helper.make_model(graph, producer_name="skl2onnx", opset_imports=opsets), folder.name("sklearn.onnx"))


def state_dicts(folder):
    stack = folder.filled(Stack(folder.sizes))
    named = folder.filled(Named(folder.sizes))
    with torch.no_grad():
        by_stack, by_names = stack(folder.unit), named(folder.unit)

    def save(file, what, logits, **options):
        torch.save(what, folder.name(file), **options)
        folder.expect(file, logits)

    save("state-dict.pt", stack.state_dict(), by_stack)
    save("fc.pth", named.state_dict(), by_names)
    parallel = collections.OrderedDict(("module." + name, tensor) for name, tensor in named.state_dict().items())
    parallel["num_batches_tracked"] = torch.tensor(7)
    save("data-parallel.pt", parallel, by_names)
    save("parameters.pt", collections.OrderedDict(named.named_parameters()), by_names)
    save("list.pt", list(named.parameters()), by_names)
    save("old-format.pt", named.state_dict(), by_names, _use_new_zipfile_serialization=False)
    save("protocol4.pt", named.state_dict(), by_names, pickle_protocol=4)
    turned = collections.OrderedDict()
    for name, tensor in named.state_dict().items():  # columns in memory, and parts of a larger storage
        shared = torch.zeros(2 * tensor.numel() + 3)
        view = shared[3 : 3 + tensor.numel()].view(tensor.shape[::-1]).t() if tensor.dim() == 2 else shared[3::2]
        view = view[: len(tensor)]
        view.copy_(tensor)
        turned[name] = view
    save("strides.pt", turned, by_names)
    optimizer = torch.optim.Adam(named.parameters())
    nn.functional.cross_entropy(named(folder.unit), torch.zeros(len(folder.unit), dtype=torch.long)).backward()
    unchanged = {name: tensor.clone() for name, tensor in named.state_dict().items()}
    if folder.weights is None:
        optimizer.step()
    named.load_state_dict(unchanged)
    checkpoint = {
        "epoch": 3,
        "model_state_dict": named.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "loss": 0.25,
        "best": np.float64(0.97),
        "ema": {"fc1.weight": named.fc1.weight.detach() * 2},
    }
    save("checkpoint.pt", checkpoint, by_names)
    half = {name: tensor.half() for name, tensor in named.state_dict().items()}
    bfloat = {name: tensor.bfloat16().double() for name, tensor in named.state_dict().items()}
    for file, dictionary in ("half.pt", half), ("bfloat16.pt", bfloat):
        copy = folder.filled(Named(folder.sizes))
        copy.load_state_dict({name: tensor.float() for name, tensor in dictionary.items()})
        if file == "bfloat16.pt":
            dictionary = {name: tensor.bfloat16() for name, tensor in dictionary.items()}
        with torch.no_grad():
            save(file, dictionary, copy(folder.unit))
    arrays(folder, weights_of(named), by_names)


def arrays(folder, weights, logits):
    """NumPy's: scikit-learn's coefs_ and intercepts_, and a net's own by W1, b1; a safetensors file without order."""
    files = {
        "sklearn.npz": {
            name: array
            for i, (weight, bias) in enumerate(weights)
            for name, array in (("coef_%d" % i, weight.T), ("intercept_%d" % i, bias))
        },
        "w1-b1.npz": {
            name: array
            for i, (weight, bias) in enumerate(weights)
            for name, array in (("W%d" % (i + 1), weight.T.copy()), ("b%d" % (i + 1), bias.reshape(1, -1)))
        },
    }
    for file, dictionary in files.items():
        np.savez(folder.name(file), **dictionary)
        folder.expect(file, logits)
    np.savez(folder.name("counted.npz"), *[weight.T for weight, _ in weights], *[bias for _, bias in weights])
    folder.expect("counted.npz", logits)
    words = ["input", "hidden", "classifier"]
    tensors = {"%s.%s" % (words[i], part): a for i, pair in enumerate(weights) for part, a in zip(("weight", "bias"), pair)}
    tensors["steps"] = np.array([5], dtype=np.int64)
    safetensors(folder.name("words.safetensors"), dict(sorted(tensors.items())))
    folder.expect("words.safetensors", logits)


def safetensors(path, tensors):
    names = {np.dtype("float32"): "F32", np.dtype("int64"): "I64"}
    header, data = [], b""
    for name, array in tensors.items():
        raw = np.ascontiguousarray(array).tobytes()
        header.append(
            '"%s":{"dtype":"%s","shape":%s,"data_offsets":[%d,%d]}'
            % (name, names[array.dtype], list(array.shape), len(data), len(data) + len(raw))
        )
        data += raw
    text = ("{" + ",".join(header) + "}").encode()
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text + data)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--weights")
    parser.add_argument("--images")
    options = parser.parse_args()
    torch.manual_seed(1)
    if options.weights:
        given = np.load(options.weights)
        weights = [
            tuple(given["linear_relu_stack.%d.%s" % (i, part)] for part in ("weight", "bias")) for i in (0, 2, 4)
        ]
        images = torch.from_numpy(np.load(options.images))[:, None]
        sizes = [weights[0][0].shape[1]] + [len(bias) for _, bias in weights]
    else:
        weights, sizes = None, [12, 7, 5, 3]
        images = torch.randint(0, 256, (4, 1, 3, 4), dtype=torch.uint8)
    folder = Folder(options.folder, images, sizes, weights)
    if onnx:
        exports(folder)
        by_hand(folder)
    state_dicts(folder)
    folder.finish()


main()
