package remote

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// amazon is the server of addresses where no variable names another.
const amazon = "https://s3.amazonaws.com"

// bucket opens the server that AWS's environment variables name, with the credentials of the environment, of AWS's files, or of the machine.
func (a *Address) bucket() (client *minio.Client, bucket, key string, err error) {
	endpoint := cmp.Or(os.Getenv("AWS_ENDPOINT_URL_S3"), os.Getenv("AWS_ENDPOINT_URL"), os.Getenv("BOTO3_ENDPOINT_URL"), amazon)
	server, err := url.Parse(endpoint)
	if err != nil || server.Host == "" {
		return nil, "", "", errors.New("$AWS_ENDPOINT_URL is no URL: write https://HOST:PORT") // it may have a password
	}
	key = strings.TrimPrefix(a.url.Path, "/")
	if key == "" {
		return nil, "", "", errors.New("the address has a bucket and no key: s3://BUCKET/KEY")
	}
	client, err = minio.New(server.Host, &minio.Options{
		Creds: credentials.NewChainCredentials([]credentials.Provider{
			&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}, &credentials.IAM{Client: &http.Client{Timeout: 5 * time.Second}},
		}),
		Secure: server.Scheme == "https",
		Region: cmp.Or(os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION")),
	})
	return client, a.url.Host, key, err
}

func (a *Address) download(ctx context.Context) ([]byte, error) {
	client, bucket, key, err := a.bucket()
	if err != nil {
		return nil, err
	}
	object, err := client.GetObject(ctx, bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, explain(ctx, err)
	}
	defer object.Close()
	data, err := readAll(object)
	if err != nil {
		return nil, explain(ctx, err)
	}
	return data, nil
}

func (a *Address) upload(ctx context.Context, data []byte) error {
	client, bucket, key, err := a.bucket()
	if err != nil {
		return err
	}
	_, err = client.PutObject(ctx, bucket, key, bytes.NewReader(data), int64(len(data)), minio.PutObjectOptions{ContentType: "application/x-ipynb+json"})
	if err != nil {
		return explain(ctx, err)
	}
	return nil
}

// explain adds to a server's refusal what to do about it.
func explain(ctx context.Context, err error) error {
	switch code := minio.ToErrorResponse(err).Code; code {
	case "":
		return cause(ctx, err)
	case minio.AccessDenied, minio.InvalidAccessKeyID, minio.SignatureDoesNotMatch:
		return fmt.Errorf("the server says %s: look at $AWS_ACCESS_KEY_ID, $AWS_SECRET_ACCESS_KEY, ~/.aws/credentials and $AWS_ENDPOINT_URL", code)
	default:
		return fmt.Errorf("the server says %s: %w", code, err)
	}
}
