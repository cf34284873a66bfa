package dev.mnistnative.spark;

import java.util.Iterator;
import java.util.UUID;
import org.apache.spark.connect.proto.Command;
import org.apache.spark.connect.proto.DataType;
import org.apache.spark.connect.proto.ExecutePlanRequest;
import org.apache.spark.connect.proto.ExecutePlanResponse;
import org.apache.spark.connect.proto.Expression.Literal;
import org.apache.spark.connect.proto.Fetch;
import org.apache.spark.connect.proto.MlCommand;
import org.apache.spark.connect.proto.MlCommandResult;
import org.apache.spark.connect.proto.MlOperator;
import org.apache.spark.connect.proto.MlParams;
import org.apache.spark.connect.proto.MlRelation;
import org.apache.spark.connect.proto.ObjectRef;
import org.apache.spark.connect.proto.Plan;
import org.apache.spark.connect.proto.Relation;
import org.apache.spark.connect.proto.SQL;
import org.apache.spark.connect.proto.SparkConnectServiceGrpc;
import org.apache.spark.connect.proto.UserContext;
import org.sparkproject.connect.grpc.ManagedChannel;
import org.sparkproject.connect.grpc.ManagedChannelBuilder;

/** Says to a Spark Connect server what PySpark's client says when it uses Spark ML. */
final class ConnectClient implements AutoCloseable {
    private static final String ML = "org.apache.spark.ml.";
    private static final String MODEL = ML + "classification.MultilayerPerceptronClassificationModel";
    private final String session = UUID.randomUUID().toString();
    private final ManagedChannel channel;
    private final SparkConnectServiceGrpc.SparkConnectServiceBlockingStub server;

    ConnectClient(int port) {
        channel = ManagedChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .build();
        server = SparkConnectServiceGrpc.newBlockingStub(channel);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    static Literal of(int value) {
        return Literal.newBuilder().setInteger(value).build();
    }

    static Literal of(String value) {
        return Literal.newBuilder().setString(value).build();
    }

    @SuppressWarnings("deprecation") // the element type: 4.0.1 needs to be told, 4.2.0 needs not
    static Literal of(int... values) {
        Literal.Array.Builder array = Literal.Array.newBuilder()
                .setElementType(DataType.newBuilder().setInteger(DataType.Integer.newBuilder()));
        for (int value : values) {
            array.addElements(of(value));
        }
        return Literal.newBuilder().setArray(array).build();
    }

    private static Relation sql(String query) {
        return Relation.newBuilder().setSql(SQL.newBuilder().setQuery(query)).build();
    }

    private static MlOperator operator(String name, MlOperator.OperatorType type) {
        return MlOperator.newBuilder()
                .setName(name)
                .setUid("by_client")
                .setType(type)
                .build();
    }

    private MlCommandResult ask(MlCommand.Builder command) {
        ExecutePlanRequest request = ExecutePlanRequest.newBuilder()
                .setSessionId(session)
                .setUserContext(UserContext.newBuilder().setUserId("client"))
                .setPlan(Plan.newBuilder().setCommand(Command.newBuilder().setMlCommand(command)))
                .build();
        MlCommandResult result = null;
        Iterator<ExecutePlanResponse> answers = server.executePlan(request);
        while (answers.hasNext()) {
            ExecutePlanResponse answer = answers.next();
            result = answer.hasMlCommandResult() ? answer.getMlCommandResult() : result;
        }
        return result;
    }

    /** A model, trained on what a query gives. */
    ObjectRef fit(MlParams params, String query) {
        MlOperator estimator = operator(
                ML + "classification.MultilayerPerceptronClassifier", MlOperator.OperatorType.OPERATOR_TYPE_ESTIMATOR);
        return ask(MlCommand.newBuilder()
                        .setFit(MlCommand.Fit.newBuilder()
                                .setEstimator(estimator)
                                .setParams(params)
                                .setDataset(sql(query))))
                .getOperatorInfo()
                .getObjRef();
    }

    /** What a method of a model gives. */
    Literal fetch(ObjectRef model, String method) {
        return ask(MlCommand.newBuilder()
                        .setFetch(Fetch.newBuilder()
                                .setObjRef(model)
                                .addMethods(Fetch.Method.newBuilder().setMethod(method))))
                .getParam();
    }

    double accuracy(ObjectRef model, String query) {
        Relation predicted = Relation.newBuilder()
                .setMlRelation(MlRelation.newBuilder()
                        .setTransform(MlRelation.Transform.newBuilder()
                                .setObjRef(model)
                                .setInput(sql(query))
                                .setParams(MlParams.newBuilder())))
                .build();
        MlOperator evaluator = operator(
                ML + "evaluation.MulticlassClassificationEvaluator", MlOperator.OperatorType.OPERATOR_TYPE_EVALUATOR);
        return ask(MlCommand.newBuilder()
                        .setEvaluate(MlCommand.Evaluate.newBuilder()
                                .setEvaluator(evaluator)
                                .setParams(MlParams.newBuilder().putParams("metricName", of("accuracy")))
                                .setDataset(predicted)))
                .getParam()
                .getDouble();
    }

    void save(ObjectRef model, String path) {
        ask(MlCommand.newBuilder()
                .setWrite(MlCommand.Write.newBuilder()
                        .setObjRef(model)
                        .setPath(path)
                        .setShouldOverwrite(true)));
    }

    ObjectRef load(String path) {
        return ask(MlCommand.newBuilder()
                        .setRead(MlCommand.Read.newBuilder()
                                .setOperator(operator(MODEL, MlOperator.OperatorType.OPERATOR_TYPE_MODEL))
                                .setPath(path)))
                .getOperatorInfo()
                .getObjRef();
    }
}
